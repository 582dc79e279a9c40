// simulate: lives through seeds until one fails, for ever unless told how many; or through one, and tells what
// happened.
#include "tests/simulation/world/seeds.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <limits>
#include <map>

namespace ledgate::simulation {
namespace {

int replay(std::uint64_t seed, Variant variant) {
  const Report report = simulate({.seed = seed, .variant = variant, .trace = true, .plan = {}});
  std::fputs(report.trace.c_str(), stdout);
  std::printf("seed %lu: %s\n%lu records, %lu accepted, %lu conflicts, %lu replies, %lu boundaries\n", seed,
              report.plan.c_str(), report.records, report.accepted, report.conflicts, report.replies,
              report.boundaries);
  if (!report.violation) return 0;
  std::fprintf(stderr, "%s\n", advice({.seed = seed, .violation = *report.violation}, variant).c_str());
  return 1;
}

int live(std::uint64_t first, std::uint64_t count, Variant variant) {
  using Clock = std::chrono::steady_clock;
  const auto began = Clock::now();
  auto told = began;
  const auto tell = [&](const Run& run) {
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    std::printf("%lu seeds in %.0f s (%.0f/s): %lu records, %lu accepted, %lu conflicts, %lu replies\n", run.lived,
                seconds, static_cast<double>(run.lived) / seconds, run.records, run.accepted, run.conflicts,
                run.replies);
    std::fflush(stdout);
  };
  const Run run = live_through(first, count, variant, [&](const Run& so_far) {
    if (Clock::now() - told < std::chrono::seconds(10)) return;
    told = Clock::now();
    tell(so_far);
  });
  tell(run);
  if (!run.failure) return 0;
  std::fprintf(stderr, "%s\n", advice(*run.failure, variant).c_str());
  return 1;
}

int main(int argc, char** argv) {
  CLI::App app("Lives through seeds: nodes, journal, clients and faults in one process and in virtual time.");
  std::uint64_t first = 1;
  std::uint64_t count = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t seed = 0;
  std::string history;
  std::string variant(to_string(Variant::kCorrect));
  std::map<std::string, Variant> variants;
  for (int i = 0; i <= static_cast<int>(Variant::kErasedAdministratorStays); ++i)
    variants.emplace(to_string(static_cast<Variant>(i)), static_cast<Variant>(i));
  app.add_option("--first", first, "the first seed");
  app.add_option("--seeds", count, "how many; for ever unless given");
  app.add_option("--seed", seed, "this one only, with its trace");
  app.add_option("--variant", variant, "nodes that break a promise")->check(CLI::IsMember(variants));
  app.add_option(
         "--history", history,
         "a directory for what the clients of each seed saw, which tests/porcupine judges and the model does not")
      ->needs("--seeds")
      ->excludes("--seed");
  CLI11_PARSE(app, argc, argv);
  if (!history.empty()) {
    write_histories(first, count, variants.at(variant), history);
    return 0;
  }
  return seed != 0 ? replay(seed, variants.at(variant)) : live(first, count, variants.at(variant));
}

}  // namespace
}  // namespace ledgate::simulation

int main(int argc, char** argv) { return ledgate::simulation::main(argc, argv); }
