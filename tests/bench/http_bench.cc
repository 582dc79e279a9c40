// The whole service over HTTP, measured from outside as its clients meet it. Driver and service share the machine's
// cores: read requests per second as "on this whole machine, driver included", and compare by CPU time per request of
// the service's process. Prints a Markdown table.
//
//   http_bench [LEDGATE_BINARY [seconds per figure]]
#include "infra/crypto/argon2_hasher.h"
#include "tests/bench/http/load.h"
#include "tests/bench/http/requests.h"
#include "tests/bench/http/service.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace ledgate::bench {
namespace {

using Steady = std::chrono::steady_clock;

MakeWork password_log_in() {
  return [](Client& client, std::size_t c) -> Work { return [&client, c] { log_in(client, c); }; };
}

void fill(const Service& service, std::size_t from, std::size_t to) {
  std::atomic<std::size_t> next{from};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] {
      Client client(service.port());
      for (std::size_t n = next++; n < to; n = next++) register_user(client, n);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// An almost free hash, so that what is measured is all the rest.
void measure_besides_hashing(const std::string& binary, const std::filesystem::path& directory, double seconds) {
  const Service service(binary, directory,
                        {"--rate-limits.enabled=false", "--argon2.memory-kib=8", "--argon2.iterations=1"});
  std::printf("Idle: %.1f MiB Pss.\n\n", service.pss_mib());
  print_head();
  fill(service, 0, 1000);
  const Load load(service, seconds);
  print_row("constant 200 (`/healthz`)", 64, load.run(64, [](Client& client, std::size_t) -> Work {
    return [&client] { expect(client.get("/healthz"), 200, "healthz"); };
  }));
  for (const std::size_t c : {1UL, 8UL, 32UL}) print_row("bearer check (`me`), cached", c, load.run(c, bearer_check()));
  for (const std::size_t c : {1UL, 8UL}) print_row("log-in besides hashing", c, load.run(c, password_log_in()));
  for (const std::size_t c : {1UL, 8UL, 32UL}) {
    print_row("refresh with rotation", c, load.run(c, rotation()));
  }
  static std::atomic<std::size_t> next{1'000'000};
  print_row("registration besides hashing", 8, load.run(8, [](Client& client, std::size_t) -> Work {
    return [&client] { register_user(client, next++); };
  }));
  std::printf("\nLoaded: %.1f MiB Pss.\n\n", service.pss_mib());
}

double one_hash_ms() {
  infra::Argon2Hasher hasher({.threads = 1});
  const Secret<> password{std::string(kPassword)};
  const auto stored = hasher.hash(password);
  std::vector<double> times;
  for (int i = 0; i < 15; ++i) {
    const auto start = Steady::now();
    if (!stored || !hasher.verify(password, *stored)) std::abort();
    times.push_back(std::chrono::duration<double, std::milli>(Steady::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void measure_with_hashing(const std::string& binary, const std::filesystem::path& directory, double seconds) {
  const double hash_ms = one_hash_ms();
  const Service service(binary, directory, {"--rate-limits.enabled=false"});
  fill(service, 0, 16);
  std::printf("One hash (argon2id 19 MiB, t=2, p=1) in this run: %.1f ms.\n\n", hash_ms);
  print_head();
  const Load load(service, seconds);
  const Figure logins = load.run(8, password_log_in());
  char note[64];
  std::snprintf(note, sizeof(note), "%.0f %% of 2 cores / one hash", 100 * logins.per_second * hash_ms / 2000);
  print_row("log-in, argon2id 19 MiB t=2", 8, logins, note);

  std::atomic<bool> over{false};
  std::vector<std::thread> hashing;
  for (std::size_t t = 0; t < 8; ++t) {
    hashing.emplace_back([&, t] {
      Client client(service.port());
      while (!over.load()) log_in(client, t);
    });
  }
  print_row("bearer check while 8 log-ins hash", 8, load.run(8, bearer_check()));
  over.store(true);
  for (std::thread& thread : hashing) thread.join();
  std::printf("\nLoaded with hashing: %.1f MiB Pss.\n\n", service.pss_mib());
}

void measure_growth(const std::string& binary, const std::filesystem::path& directory, double seconds) {
  const std::vector<std::string> free_hash{"--rate-limits.enabled=false", "--argon2.memory-kib=8",
                                           "--argon2.iterations=1"};
  print_head();
  for (const std::size_t users : {1000UL, 100'000UL}) {
    {
      const Service filling(binary, directory, free_hash);
      fill(filling, users == 1000 ? 0 : 1000, users);
    }
    const Service service(binary, directory, free_hash);
    char note[64];
    std::snprintf(note, sizeof(note), "%zu users, ready in %.2f s", users, service.ready_after().count());
    const Load load(service, seconds);
    print_row("bearer check (`me`), cached", 8, load.run(8, bearer_check()), note);
    print_row("log-in besides hashing", 8, load.run(8, password_log_in()), note);
  }
  const auto journal = static_cast<double>(bytes_below(directory / "data" / "journal"));
  const auto rows = static_cast<double>(bytes_below(directory / "data" / "rows"));
  std::printf(
      "\nOn disk after 100,000 registrations, each with a session: %.0f bytes of journal and %.0f bytes of rows "
      "each.\n",
      journal / 1e5, rows / 1e5);
}

int run(int argc, char** argv) {
  const std::string binary = argc > 1 ? argv[1] : "build/release/ledgate";
  const double seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 3;
  const auto scratch = std::filesystem::current_path() / ("http-bench-" + std::to_string(::getpid()));
  measure_besides_hashing(binary, scratch / "free", seconds);
  measure_with_hashing(binary, scratch / "hashing", seconds);
  measure_growth(binary, scratch / "growth", seconds);
  std::filesystem::remove_all(scratch);
  return 0;
}

}  // namespace
}  // namespace ledgate::bench

int main(int argc, char** argv) { return ledgate::bench::run(argc, argv); }
