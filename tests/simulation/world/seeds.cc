#include "tests/simulation/world/seeds.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

namespace ledgate::simulation {
namespace {

// The commit of the sources; empty outside of a repository.
std::string commit() {
  const std::string command = std::string("git -C '") + LEDGATE_SOURCE_DIR + "' describe --always --dirty 2>/dev/null";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::array<char, 128> line{};
  const bool any = std::fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr;
  ::pclose(pipe);
  std::string text = any ? line.data() : "";
  std::erase(text, '\n');
  return text;
}

}  // namespace

Run live_through(std::uint64_t first, std::uint64_t count, Variant variant,
                 const std::function<void(const Run&)>& progress) {
  Run run;
  std::mutex mutex;
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> failed{false};
  const auto work = [&] {
    for (std::uint64_t i = next++; i < count && !failed; i = next++) {
      const Report report = simulate({.seed = first + i, .variant = variant, .plan = {}});
      const std::lock_guard lock(mutex);
      ++run.lived;
      run.records += report.records;
      run.accepted += report.accepted;
      run.conflicts += report.conflicts;
      run.replies += report.replies;
      if (report.violation && (!run.failure || first + i < run.failure->seed)) {
        run.failure = {.seed = first + i, .violation = *report.violation};
        failed = true;
      }
      if (progress) progress(run);
    }
  };
  std::vector<std::thread> threads(std::max(1U, std::thread::hardware_concurrency()));
  for (std::thread& thread : threads) thread = std::thread(work);
  for (std::thread& thread : threads) thread.join();
  return run;
}

std::string advice(const Failure& failure, Variant variant) {
  std::string text = "seed " + std::to_string(failure.seed) + " at commit " + commit() + ": " + failure.violation +
                     "\n  see it again: make simulate SEED=" + std::to_string(failure.seed);
  if (variant != Variant::kCorrect) text += " VARIANT=" + std::string(to_string(variant));
  return text;
}

}  // namespace ledgate::simulation
