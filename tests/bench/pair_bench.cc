// This build beside an earlier one: the same requests over HTTP to both, in turns, so that whatever else the machine
// does falls on both alike. Prints a Markdown table of medians and ratios.
//
//   pair_bench LEDGATE_BINARY OTHER_LEDGATE_BINARY [seconds per figure [rounds]]
#include "tests/bench/http/load.h"
#include "tests/bench/http/requests.h"
#include "tests/bench/http/service.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace ledgate::bench {
namespace {

struct Operation {
  const char* name;
  std::size_t connections;
  MakeWork make;
};

MakeWork log_ins() {
  return [](Client& client, std::size_t c) -> Work { return [&client, c] { log_in(client, c); }; };
}

MakeWork introspections() {
  return [](Client& client, std::size_t c) -> Work {
    return [&client, tokens = log_in(client, c)] { introspect(client, tokens.access, tokens.access); };
  };
}

MakeWork registrations() {
  static std::atomic<std::size_t> next{1'000'000};
  return [](Client& client, std::size_t) -> Work { return [&client] { register_user(client, next++); }; };
}

std::vector<Operation> operations() {
  return {{"log-in besides hashing", 8, log_ins()},  {"refresh with rotation", 8, rotation()},
          {"refresh with rotation", 32, rotation()}, {"registration besides hashing", 8, registrations()},
          {"introspection", 32, introspections()},   {"token check (`me`)", 32, bearer_check()}};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double median_of(const std::vector<Figure>& figures, double Figure::*what) {
  std::vector<double> values;
  for (const Figure& figure : figures) values.push_back(figure.*what);
  return median(std::move(values));
}

void print_pair(const Operation& operation, const std::vector<Figure>& ours, const std::vector<Figure>& theirs) {
  const auto of = [&](double Figure::*what) { return std::pair(median_of(ours, what), median_of(theirs, what)); };
  const auto [rate, rate_before] = of(&Figure::per_second);
  const auto [cpu, cpu_before] = of(&Figure::cpu_us);
  const auto [p99, p99_before] = of(&Figure::p99_ms);
  const auto [switches, switches_before] = of(&Figure::switches);
  std::printf("| %s | %zu | %.0f | %.0f | %.2f | %.0f | %.0f | %.2f | %.2f | %.2f | %.2f | %.2f |\n", operation.name,
              operation.connections, cpu, cpu_before, cpu / cpu_before, rate, rate_before, rate / rate_before, p99,
              p99_before, switches, switches_before);
  std::fflush(stdout);
}

int run(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: pair_bench LEDGATE_BINARY OTHER_LEDGATE_BINARY [seconds per figure [rounds]]\n");
    return 2;
  }
  const double seconds = argc > 3 ? std::strtod(argv[3], nullptr) : 3;
  const int rounds = argc > 4 ? static_cast<int>(std::max(1L, std::strtol(argv[4], nullptr, 10))) : 3;
  const auto scratch = std::filesystem::current_path() / ("pair-bench-" + std::to_string(::getpid()));
  const std::vector<std::string> free_hash{"--rate-limits.enabled=false", "--argon2.memory-kib=8",
                                           "--argon2.iterations=1"};
  {
    const Service ours(argv[1], scratch / "ours", free_hash);
    const Service theirs(argv[2], scratch / "theirs", free_hash);
    const double idle = ours.pss_mib();
    const double idle_before = theirs.pss_mib();
    for (const Service* service : {&ours, &theirs}) {
      Client client(service->port());
      for (std::size_t n = 0; n < 64; ++n) register_user(client, n);
    }
    std::printf(
        "| operation | connections | CPU us | before | ratio | /s | before | ratio | p99 ms | before | context "
        "switches "
        "| before |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (const Operation& operation : operations()) {
      std::vector<Figure> figures;
      std::vector<Figure> figures_before;
      for (int round = 0; round < rounds; ++round) {
        figures.push_back(Load(ours, seconds).run(operation.connections, operation.make));
        figures_before.push_back(Load(theirs, seconds).run(operation.connections, operation.make));
      }
      print_pair(operation, figures, figures_before);
    }
    std::printf("\nMiB Pss: idle %.1f, before %.1f; loaded %.1f, before %.1f.\n", idle, idle_before, ours.pss_mib(),
                theirs.pss_mib());
  }
  std::filesystem::remove_all(scratch);
  return 0;
}

}  // namespace
}  // namespace ledgate::bench

int main(int argc, char** argv) { return ledgate::bench::run(argc, argv); }
