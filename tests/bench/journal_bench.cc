// What the embedded journal adds to the disk: append-to-durable against a bare append and fdatasync in the same
// directory, turn by turn, and records per second when many wait at once. The directory is the working directory: run
// it on the disk in question.
#include "infra/rocksdb/embedded_journal.h"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ledgate {
namespace {

using infra::EmbeddedJournal;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kRecordBytes = 300;
constexpr std::size_t kReadBytes = std::size_t{1} << 20;

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t wall_us() const override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return Steady::now(); }
};

// An empty journal and a bare file next to it, removed afterwards.
class Place {
 public:
  Place() : path_((std::filesystem::current_path() / "journal-bench-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no directory " + path_);
    auto opened = EmbeddedJournal::open(path_ + "/journal", clock_);
    if (!opened) throw std::runtime_error(opened.error().message);
    journal = std::move(*opened);
    file = ::open((path_ + "/bare").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  }
  ~Place() {
    journal.reset();
    ::close(file);
    std::filesystem::remove_all(path_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::unique_ptr<EmbeddedJournal> journal;
  int file = -1;

 private:
  std::string path_;
  SystemClock clock_;
};

// One appender that waits for its record before it sends the next.
class Appender {
 public:
  explicit Appender(EmbeddedJournal& journal) : journal_(journal) {}
  void append() {
    journal_.append(record_, [this](AppendReport report) {
      if (report.outcome != AppendOutcome::kAppended) std::abort();
      durable_.release();
    });
    durable_.acquire();
  }

 private:
  EmbeddedJournal& journal_;
  const std::string record_ = std::string(kRecordBytes, 'r');
  std::binary_semaphore durable_{0};
};

double microseconds(Steady::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

double quantile(std::vector<double>& times, double share) {
  std::sort(times.begin(), times.end());
  return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
}

void one_writer(benchmark::State& state) {
  Place place;
  Appender appender(*place.journal);
  const std::string bytes(kRecordBytes, 'r');
  std::vector<double> bare;
  std::vector<double> appended;
  for ([[maybe_unused]] auto round : state) {
    const Steady::time_point begin = Steady::now();
    if (::write(place.file, bytes.data(), bytes.size()) < 0 || ::fdatasync(place.file) != 0) std::abort();
    const Steady::time_point middle = Steady::now();
    appender.append();
    const Steady::time_point end = Steady::now();
    bare.push_back(microseconds(middle - begin));
    appended.push_back(microseconds(end - middle));
    state.SetIterationTime(appended.back() / 1e6);
  }
  state.counters["bare_p50_us"] = quantile(bare, 0.5);
  state.counters["journal_p50_us"] = quantile(appended, 0.5);
  state.counters["bare_p99_us"] = quantile(bare, 0.99);
  state.counters["journal_p99_us"] = quantile(appended, 0.99);
  state.counters["ratio_p50"] = quantile(appended, 0.5) / quantile(bare, 0.5);
}
BENCHMARK(one_writer)->UseManualTime()->MinTime(3)->Unit(benchmark::kMicrosecond);

void many_writers(benchmark::State& state) {
  constexpr int kEach = 200;
  Place place;
  const std::int64_t writers = state.range(0);
  for ([[maybe_unused]] auto round : state) {
    std::vector<std::thread> threads;
    for (std::int64_t i = 0; i < writers; ++i) {
      threads.emplace_back([&] {
        Appender appender(*place.journal);
        for (int n = 0; n < kEach; ++n) appender.append();
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  state.SetItemsProcessed(state.iterations() * writers * kEach);
}
BENCHMARK(many_writers)->Arg(1)->Arg(16)->Arg(32)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

// The replica's view: a reader at the tail while 32 append; records per second that it has seen, and that all were
// appended.
void tailing(benchmark::State& state) {
  constexpr std::uint64_t kEach = 200;
  constexpr std::uint64_t kWriters = 32;
  Place place;
  Position from{};
  for ([[maybe_unused]] auto round : state) {
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < kWriters; ++i) {
      threads.emplace_back([&] {
        Appender appender(*place.journal);
        for (std::uint64_t n = 0; n < kEach; ++n) appender.append();
      });
    }
    for (const std::uint64_t end = value(from) + kEach * kWriters; value(from) < end;) {
      const auto records = place.journal->read(from, 1000, kReadBytes, std::chrono::seconds(1));
      if (!records) std::abort();
      from = Position{value(from) + records->size()};
    }
    for (std::thread& thread : threads) thread.join();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(value(from)));
}
BENCHMARK(tailing)->UseRealTime()->Unit(benchmark::kMillisecond);

// A replay from the start: records that have long left the memory.
void reading_from_the_start(benchmark::State& state) {
  constexpr std::uint64_t kRecords = 300'000;
  Place place;
  std::counting_semaphore<> room(2000);
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    room.acquire();
    place.journal->append(std::string(kRecordBytes, 'r'), [&](AppendReport) { room.release(); });
  }
  place.journal->close();
  std::uint64_t read = 0;
  for ([[maybe_unused]] auto round : state) {
    for (std::uint64_t from = 0; from < kRecords;) {
      const auto records = place.journal->read(Position{from}, 1000, kReadBytes, std::chrono::seconds(1));
      if (!records) std::abort();
      from += records->size();
      read += records->size();
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(read));
}
BENCHMARK(reading_from_the_start)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ledgate

BENCHMARK_MAIN();
