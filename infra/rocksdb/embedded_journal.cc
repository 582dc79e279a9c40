#include "infra/rocksdb/embedded_journal.h"

#include "infra/rocksdb/journal_files.h"
#include "infra/rocksdb/recent_records.h"
#include "projections/log/thread_name.h"
#include "projections/ports/mutex.h"

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

namespace ledgate::infra {
namespace {

// One write to the log; larger ones gain nothing and would make RocksDB's buffer overshoot.
constexpr std::size_t kBatchBytes = std::size_t{1} << 20;

// Log time while the wall clock is behind it: half as fast as real time, so that everything still expires and the clock
// catches up; at most a minute between two records, so that none looks older than it is.
constexpr int kSlowdown = 2;
constexpr std::chrono::milliseconds kSlowStepMax{60'000};

struct Waiting {
  std::string bytes;
  JournalWriter::Done done;
};

}  // namespace

struct EmbeddedJournal::State {
  State(EmbeddedJournalOptions options_, const Clock& clock_, std::unique_ptr<JournalFiles> files_)
      : options(std::move(options_)),
        clock(clock_),
        files(std::move(files_)),
        recent(files->end(), options.recent_records, options.recent_bytes),
        end(files->end()),
        last_time(files->last_time()),
        last_steady(clock.steady()),
        appender([this] { run(); }) {}

  ~State() { close(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void close();
  bool enqueue(std::string& bytes, Done& done);
  void run();
  LogTime stamp();
  std::size_t append_batch(std::vector<Waiting>& queue, std::size_t first);
  void give_up(std::vector<Waiting>& queue, std::size_t first, std::size_t unknown, const std::string& line);
  void forget(std::size_t records, std::size_t bytes);
  Result<std::vector<JournalRecord>> read(JournalFiles::Place& at, Position from, std::size_t max_records,
                                          std::size_t max_bytes, std::chrono::milliseconds timeout);

  const EmbeddedJournalOptions options;
  const Clock& clock;
  const std::unique_ptr<JournalFiles> files;
  RecentRecords recent;
  JournalFiles::Place place;  // of the first reader

  // Of the appender alone.
  Position end;
  LogTime last_time;
  std::chrono::steady_clock::time_point last_steady;  // when last_time was given
  std::vector<JournalRecord> batch;

  Mutex mutex;
  Condition work;
  std::vector<Waiting> queue GUARDED_BY(mutex);
  std::size_t waiting_records GUARDED_BY(mutex) = 0;  // queued or being written
  std::size_t waiting_bytes GUARDED_BY(mutex) = 0;
  bool appender_idle GUARDED_BY(mutex) = false;
  bool closing GUARDED_BY(mutex) = false;
  bool broken GUARDED_BY(mutex) = false;

  std::once_flag closed;
  std::jthread appender;  // last: it starts when all else is there
};

void EmbeddedJournal::State::close() {
  {
    const Lock lock(mutex);
    closing = true;
  }
  work.notify_one();
  std::call_once(closed, [this] { appender.join(); });
}

// Takes bytes and done only when it returns true.
bool EmbeddedJournal::State::enqueue(std::string& bytes, Done& done) {
  const std::size_t size = bytes.size();
  if (size > options.record_bytes) return false;
  bool wake = false;
  {
    const Lock lock(mutex);
    if (closing || broken || waiting_records >= options.queue_records || waiting_bytes + size > options.queue_bytes) {
      return false;
    }
    queue.push_back({std::move(bytes), std::move(done)});
    ++waiting_records;
    waiting_bytes += size;
    wake = std::exchange(appender_idle, false);
  }
  if (wake) work.notify_one();
  return true;
}

void EmbeddedJournal::State::run() {
  name_this_thread("append");
  std::vector<Waiting> taken;
  for (;;) {
    {
      Lock lock(mutex);
      appender_idle = queue.empty();
      work.wait(lock, [&]() REQUIRES(mutex) { return closing || !queue.empty(); });
      appender_idle = false;
      if (queue.empty()) return;
      taken.swap(queue);
    }
    for (std::size_t first = 0; first < taken.size();) first = append_batch(taken, first);
    taken.clear();
  }
}

LogTime EmbeddedJournal::State::stamp() {
  const LogTime wall{clock.wall_us() / 1000};
  const auto now = clock.steady();
  const auto passed = std::chrono::floor<std::chrono::milliseconds>((now - last_steady) / kSlowdown);
  const LogTime slow{last_time.ms + std::min(passed, kSlowStepMax).count()};
  if (wall >= slow || passed >= kSlowStepMax) {
    last_steady = now;
  } else {
    last_steady += passed * kSlowdown;  // what is less than a millisecond is not lost
  }
  return std::max(wall, slow);
}

// Appends records from `first` on, tells who waits for them, and returns the first that is not done with.
std::size_t EmbeddedJournal::State::append_batch(std::vector<Waiting>& taken, std::size_t first) {
  last_time = stamp();
  std::size_t bytes = 0;
  std::size_t past = first;
  Position position = end;
  for (; past < taken.size() && (past == first || bytes + taken[past].bytes.size() <= kBatchBytes); ++past) {
    bytes += taken[past].bytes.size();
    batch.push_back({position, last_time, std::move(taken[past].bytes)});
    position = next(position);
  }
  if (const Status status = files->append(batch); !status) {
    give_up(taken, first, past, status.error().message);
    return taken.size();
  }
  recent.publish(batch);
  forget(past - first, bytes);
  for (; first < past; ++first) {
    taken[first].done({AppendOutcome::kAppended, end});
    taken[first].done = nullptr;
    end = next(end);
  }
  return past;
}

// The write failed, so nobody knows what of it will be there after a restart; what came later was certainly not
// written.
void EmbeddedJournal::State::give_up(std::vector<Waiting>& taken, std::size_t first, std::size_t unknown,
                                     const std::string& line) {
  stop_process(options.fatal, "the journal cannot be written: " + line);
  {
    const Lock lock(mutex);
    broken = true;
    std::move(queue.begin(), queue.end(), std::back_inserter(taken));
    queue.clear();
  }
  batch.clear();
  for (; first < taken.size(); ++first) {
    taken[first].done({first < unknown ? AppendOutcome::kUnknown : AppendOutcome::kNotPersisted, {}});
  }
}

void EmbeddedJournal::State::forget(std::size_t records, std::size_t bytes) {
  const Lock lock(mutex);
  waiting_records -= records;
  waiting_bytes -= bytes;
}

EmbeddedJournal::EmbeddedJournal(std::unique_ptr<State> state) : state_(std::move(state)) {}
EmbeddedJournal::~EmbeddedJournal() = default;

Result<std::unique_ptr<EmbeddedJournal>> EmbeddedJournal::open(const std::string& path, const Clock& clock,
                                                               EmbeddedJournalOptions options, rocksdb::Env* env) {
  std::unique_ptr<JournalFiles> files = TRY(JournalFiles::open(path, options.verify_bytes, env));
  return std::unique_ptr<EmbeddedJournal>(
      new EmbeddedJournal(std::make_unique<State>(std::move(options), clock, std::move(files))));
}

void EmbeddedJournal::append(std::string bytes, Done done) {
  if (!state_->enqueue(bytes, done)) done({AppendOutcome::kNotPersisted, {}});
}

Result<std::vector<JournalRecord>> EmbeddedJournal::State::read(JournalFiles::Place& at, Position from,
                                                                std::size_t max_records, std::size_t max_bytes,
                                                                std::chrono::milliseconds timeout) {
  const Position known_end = recent.wait_while(from, timeout);
  if (from > known_end) {
    return fail(ErrorCode::kJournalTruncated, "the journal ends at " + std::to_string(value(known_end)) +
                                                  ", before the position " + std::to_string(value(from)));
  }
  std::vector<JournalRecord> records;
  if (recent.read(from, max_records, max_bytes, records)) {
    at = {};
    return records;
  }
  return files->read(at, from, known_end, max_records, max_bytes);
}

Result<std::vector<JournalRecord>> EmbeddedJournal::read(Position from, std::size_t max_records, std::size_t max_bytes,
                                                         std::chrono::milliseconds timeout) {
  return state_->read(state_->place, from, max_records, max_bytes, timeout);
}

class EmbeddedJournal::SecondReader final : public JournalReader {
 public:
  explicit SecondReader(State& state) : state_(state) {}
  Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records, std::size_t max_bytes,
                                          std::chrono::milliseconds timeout) override {
    return state_.read(place_, from, max_records, max_bytes, timeout);
  }
  Result<Position> end() override { return state_.recent.end(); }

 private:
  State& state_;
  JournalFiles::Place place_;
};

std::unique_ptr<JournalReader> EmbeddedJournal::second_reader() const {
  return std::make_unique<SecondReader>(*state_);
}

Result<Position> EmbeddedJournal::end() { return state_->recent.end(); }

void EmbeddedJournal::close() { state_->close(); }

Status EmbeddedJournal::verify() { return state_->files->verify(); }

}  // namespace ledgate::infra
