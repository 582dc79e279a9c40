// What every journal promises to the commands and to the replica. A journal joins by instantiating the suite with a
// factory:
//   INSTANTIATE_TEST_SUITE_P(Memory, JournalContract, ::testing::Values(factory), journal_name);
#pragma once

#include "commands/ports/journal_writer.h"
#include "projections/ports/journal_reader.h"
#include "tests/support/manual_clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace ledgate::testing {

// An empty journal that stamps records by `clock`, unless its factory says otherwise. One at a time of the two is in
// use by the suite's threads as the ports allow.
class JournalUnderTest {
 public:
  virtual ~JournalUnderTest() = default;
  virtual JournalReader& reader() = 0;
  virtual JournalWriter& writer() = 0;
  // Stops it, as a clean exit of the node does, and starts it again on what is left. False: a journal that lives in
  // memory only.
  virtual bool restart() = 0;
  // The writer is at its end: what was queued is finished, what comes is refused. The reader goes on.
  virtual void close() = 0;
};

struct JournalFactory {
  std::string name;
  std::size_t queue_records;  // the limit of the queue of the journals it makes
  std::function<std::unique_ptr<JournalUnderTest>(const Clock& clock)> make;
  bool has_other_clock = false;  // records are stamped by a clock that no test can set, such as a broker's
};

inline std::string journal_name(const ::testing::TestParamInfo<JournalFactory>& info) { return info.param.name; }

class JournalContract : public ::testing::TestWithParam<JournalFactory> {
 protected:
  JournalContract() : journal_(GetParam().make(clock_)) {}

  std::future<AppendReport> append_async(std::string bytes);
  AppendReport append(std::string bytes) { return append_async(std::move(bytes)).get(); }
  // All records from `from` to the end as it is now, read in steps of `max_records`.
  std::vector<JournalRecord> read_all(Position from = Position{0}, std::size_t max_records = 1000);
  Position end();

  ManualClock clock_;
  std::unique_ptr<JournalUnderTest> journal_;
};

constexpr std::size_t kNoLimit = std::size_t{1} << 30;
constexpr std::chrono::milliseconds kAtOnce{0};
constexpr std::chrono::milliseconds kLong{
    30'000};  // a bound for what must happen; nothing waits so long in a run that passes

}  // namespace ledgate::testing
