#include "tests/support/memory_journal.h"

#include <algorithm>
#include <utility>

namespace ledgate::testing {

MemoryJournal::MemoryJournal(const Clock& clock, std::size_t queue_records)
    : clock_(clock), queue_records_(queue_records), thread_([this] { run(); }) {}

MemoryJournal::~MemoryJournal() { close(); }

void MemoryJournal::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_all();
  std::call_once(closed_, [this] { thread_.join(); });
}

Result<std::vector<JournalRecord>> MemoryJournal::read(Position from, std::size_t max_records, std::size_t max_bytes,
                                                       std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  written_.wait_for(lock, timeout, [&] { return is_broken_ || !available_ || log_.size() != value(from); });
  if (is_broken_) return fail(broken_);
  if (!available_) return fail(ErrorCode::kJournalUnavailable);
  if (log_.size() < value(from)) return fail(ErrorCode::kJournalTruncated);
  std::vector<JournalRecord> records;
  std::size_t bytes = 0;
  for (std::size_t i = value(from); i < log_.size() && records.size() < max_records; ++i) {
    if (!records.empty() && bytes + log_[i].bytes.size() > max_bytes) break;
    bytes += log_[i].bytes.size();
    records.push_back(log_[i]);
  }
  return records;
}

Result<Position> MemoryJournal::end() {
  const std::lock_guard lock(mutex_);
  if (is_broken_) return fail(broken_);
  if (!available_) return fail(ErrorCode::kJournalUnavailable);
  return Position{log_.size()};
}

void MemoryJournal::append(std::string bytes, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (!closing_ && available_ && !is_broken_ && queue_.size() < queue_records_) {
      queue_.push_back({std::move(bytes), std::move(done)});
      work_.notify_one();
      return;
    }
  }
  done({AppendOutcome::kNotPersisted, {}});
}

void MemoryJournal::next_fates(std::vector<Fate> fates) {
  const std::lock_guard lock(mutex_);
  fates_.insert(fates_.end(), fates.begin(), fates.end());
}

void MemoryJournal::release_late() {
  const std::lock_guard lock(mutex_);
  for (const std::string& bytes : std::exchange(late_, {})) write_one(bytes);
}

void MemoryJournal::pause() {
  const std::lock_guard lock(mutex_);
  paused_ = true;
}

void MemoryJournal::resume() {
  {
    const std::lock_guard lock(mutex_);
    paused_ = false;
  }
  work_.notify_one();
}

void MemoryJournal::set_available(bool available) {
  {
    const std::lock_guard lock(mutex_);
    available_ = available;
  }
  written_.notify_all();
}

void MemoryJournal::break_with(ErrorCode code) {
  {
    const std::lock_guard lock(mutex_);
    broken_ = code;
    is_broken_ = true;
  }
  written_.notify_all();
}

void MemoryJournal::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return queue_.empty() && !reporting_; });
}

std::vector<JournalRecord> MemoryJournal::records() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

void MemoryJournal::replace_records(std::vector<JournalRecord> records) {
  {
    const std::lock_guard lock(mutex_);
    log_ = std::move(records);
  }
  written_.notify_all();
}

void MemoryJournal::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [&] { return closing_ || (!paused_ && !queue_.empty()); });
    if (queue_.empty()) return;
    Waiting next = std::move(queue_.front());
    queue_.pop_front();
    reporting_ = true;
    const AppendReport report = settle(next.bytes);
    lock.unlock();
    next.done(report);
    next.done = nullptr;  // what it holds is freed before the journal calls itself idle
    lock.lock();
    reporting_ = false;
    if (queue_.empty()) idle_.notify_all();
  }
}

AppendReport MemoryJournal::settle(const std::string& bytes) {
  Fate fate = Fate::kAppended;
  if (!fates_.empty()) {
    fate = fates_.front();
    fates_.pop_front();
  }
  if (!available_ || is_broken_) fate = Fate::kNotPersisted;
  const Position position{log_.size()};
  switch (fate) {
    case Fate::kTwice:
      write_one(bytes);
      write_one(bytes);
      return {AppendOutcome::kAppended, position};
    case Fate::kAppended:
      write_one(bytes);
      return {AppendOutcome::kAppended, position};
    case Fate::kNotPersisted:
      return {AppendOutcome::kNotPersisted, {}};
    case Fate::kUnknownWritten:
      write_one(bytes);
      return {AppendOutcome::kUnknown, {}};
    case Fate::kUnknownLate:
      late_.push_back(bytes);
      return {AppendOutcome::kUnknown, {}};
    case Fate::kUnknownLost:
      return {AppendOutcome::kUnknown, {}};
  }
  return {};
}

// Under the lock.
void MemoryJournal::write_one(const std::string& bytes) {
  const std::int64_t before = log_.empty() ? 0 : log_.back().appended.ms;
  const LogTime appended{std::max(before, clock_.wall_us() / 1000)};
  log_.push_back({Position{log_.size()}, appended, bytes});
  written_.notify_all();
}

}  // namespace ledgate::testing
