#include "tests/bench/http/load.h"

#include "tests/bench/http/requests.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

namespace ledgate::bench {
namespace {

using Steady = std::chrono::steady_clock;

Figure summarise(const std::vector<std::vector<double>>& latencies, double took, double cpu, double switches) {
  std::vector<double> all;
  for (const auto& some : latencies) all.insert(all.end(), some.begin(), some.end());
  std::sort(all.begin(), all.end());
  const auto count = static_cast<double>(all.size());
  return {.per_second = count / took,
          .p50_ms = all[all.size() / 2],
          .p99_ms = all[all.size() * 99 / 100],
          .cpu_us = 1e6 * cpu / count,
          .switches = switches / count};
}

}  // namespace

Figure Load::run(std::size_t connections, const MakeWork& make) const {
  std::vector<std::vector<double>> latencies(connections);
  std::atomic<std::size_t> ready{0};
  std::atomic<bool> go{false};
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  for (std::size_t c = 0; c < connections; ++c) {
    threads.emplace_back([&, c] {
      Client client(service_.port());
      const Work work = make(client, c);
      work();
      ready.fetch_add(1);
      go.wait(false);
      while (!over.load(std::memory_order_relaxed)) {
        const auto start = Steady::now();
        work();
        latencies[c].push_back(std::chrono::duration<double, std::milli>(Steady::now() - start).count());
      }
    });
  }
  while (ready.load() < connections) std::this_thread::yield();
  const double cpu = service_.cpu_seconds();
  const double switches = service_.context_switches();
  const auto start = Steady::now();
  go.store(true);
  go.notify_all();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds_));
  over.store(true);
  for (std::thread& thread : threads) thread.join();
  return summarise(latencies, std::chrono::duration<double>(Steady::now() - start).count(),
                   service_.cpu_seconds() - cpu, service_.context_switches() - switches);
}

void print_head() {
  std::printf("| operation | connections | /s | p50 ms | p99 ms | CPU us | |\n|---|--:|--:|--:|--:|--:|---|\n");
}

void print_row(const std::string& what, std::size_t connections, const Figure& figure, const std::string& note) {
  std::printf("| %s | %zu | %.0f | %.2f | %.2f | %.0f | %s |\n", what.c_str(), connections, figure.per_second,
              figure.p50_ms, figure.p99_ms, figure.cpu_us, note.c_str());
  std::fflush(stdout);
}

MakeWork rotation() {
  return [](Client& client, std::size_t c) -> Work {
    return [&client, tokens = std::make_shared<Tokens>(log_in(client, c))] { refresh(client, *tokens); };
  };
}

MakeWork bearer_check() {
  return [](Client& client, std::size_t c) -> Work {
    return [&client, token = log_in(client, c).access] { expect(client.get("/api/v1/auth/me", token), 200, "me"); };
  };
}

}  // namespace ledgate::bench
