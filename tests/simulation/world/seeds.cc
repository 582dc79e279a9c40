#include "tests/simulation/world/seeds.h"

#include "tests/source_dir.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <stdexcept>
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

// `live` lives through a seed and `done` is told, by one thread at a time, until it says that it is enough.
void on_all_cores(std::uint64_t first, std::uint64_t count, const std::function<Report(std::uint64_t)>& live,
                  const std::function<bool(std::uint64_t, const Report&)>& done) {
  std::mutex mutex;
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> enough{false};
  const auto work = [&] {
    for (std::uint64_t i = next++; i < count && !enough; i = next++) {
      const Report report = live(first + i);
      const std::lock_guard lock(mutex);
      if (done(first + i, report)) enough = true;
    }
  };
  std::vector<std::thread> threads(std::max(1U, std::thread::hardware_concurrency()));
  for (std::thread& thread : threads) thread = std::thread(work);
  for (std::thread& thread : threads) thread.join();
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace

Run live_through(std::uint64_t first, std::uint64_t count, Variant variant,
                 const std::function<void(const Run&)>& progress) {
  Run run;
  const auto live = [&](std::uint64_t seed) { return simulate({.seed = seed, .variant = variant, .plan = {}}); };
  on_all_cores(first, count, live, [&](std::uint64_t seed, const Report& report) {
    ++run.lived;
    run.records += report.records;
    run.accepted += report.accepted;
    run.conflicts += report.conflicts;
    run.replies += report.replies;
    if (report.violation && (!run.failure || seed < run.failure->seed))
      run.failure = {.seed = seed, .violation = *report.violation};
    if (progress) progress(run);
    return run.failure.has_value();
  });
  return run;
}

void write_histories(std::uint64_t first, std::uint64_t count, Variant variant,
                     const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  const auto live = [&](std::uint64_t seed) {
    return simulate({.seed = seed, .variant = variant, .plan = {}, .judging = false});
  };
  on_all_cores(first, count, live, [&](std::uint64_t seed, const Report& report) {
    const std::string stem = "seed-" + std::to_string(seed);
    write(directory / (stem + "-account.json"), report.accounts);
    write(directory / (stem + "-session.json"), report.sessions);
    return false;
  });
}

std::string advice(const Failure& failure, Variant variant) {
  std::string text = "seed " + std::to_string(failure.seed) + " at commit " + commit() + ": " + failure.violation +
                     "\n  see it again: make simulate SEED=" + std::to_string(failure.seed);
  if (variant != Variant::kCorrect) text += " VARIANT=" + std::string(to_string(variant));
  return text;
}

}  // namespace ledgate::simulation
