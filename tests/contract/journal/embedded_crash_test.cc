// A 2xx is never lost: what was acknowledged is there after kill -9 and after the power was cut.
#include "infra/rocksdb/embedded_journal.h"
#include "tests/contract/journal/journal_contract.h"
#include "tests/contract/journal/power_cut_env.h"
#include "tests/support/child.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <random>
#include <sstream>
#include <thread>

namespace ledgate::testing {
namespace {

using infra::EmbeddedJournal;
using infra::EmbeddedJournalOptions;

constexpr int kWriters = 6;

std::string text_of(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string text(random() % 700, '\0');
  for (char& byte : text) byte = static_cast<char>(random());
  return std::to_string(seed) + text;
}

class Acknowledged {
 public:
  void add(Position position, std::uint64_t seed) {
    const std::lock_guard lock(mutex_);
    EXPECT_TRUE(seeds_.emplace(position, seed).second) << "one position, two records";
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return seeds_.size();
  }
  // Every record that was acknowledged is in the journal, as it was; returns the end.
  Position check(EmbeddedJournal& journal) {
    const std::lock_guard lock(mutex_);
    const Position end = journal.end().value();
    std::size_t found = 0;
    for (Position from{}; from < end;) {
      const auto records = journal.read(from, 500, kNoLimit, kAtOnce);
      if (!records || records->empty()) {
        ADD_FAILURE() << "cannot read " << value(from);
        return end;
      }
      for (const JournalRecord& record : *records) {
        EXPECT_EQ(record.position, from);
        from = next(from);
        const auto seed = seeds_.find(record.position);
        if (seed == seeds_.end()) continue;
        ++found;
        EXPECT_EQ(record.bytes, text_of(seed->second));
      }
    }
    EXPECT_EQ(found, seeds_.size()) << "acknowledged and lost";
    return end;
  }

 private:
  std::mutex mutex_;
  std::map<Position, std::uint64_t> seeds_;
};

// Appends from several threads, each as soon as its last record is acknowledged, until one is not.
void append_until_it_fails(EmbeddedJournal& journal, std::uint64_t first_seed,
                           const std::function<void(Position, std::uint64_t)>& acknowledged) {
  std::atomic<std::uint64_t> seed{first_seed};
  std::vector<std::thread> writers;
  writers.reserve(kWriters);
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      for (;;) {
        const std::uint64_t mine = seed++;
        std::promise<AppendReport> report;
        journal.append(text_of(mine), [&](AppendReport outcome) { report.set_value(outcome); });
        const AppendReport outcome = report.get_future().get();
        if (outcome.outcome != AppendOutcome::kAppended) return;
        acknowledged(outcome.position, mine);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
}

TEST(EmbeddedJournalCrash, DISABLED_Appends) {
  const ManualClock clock;
  std::istringstream argument(child_argument());
  std::string path;
  std::uint64_t first_seed = 0;
  argument >> path >> first_seed;
  auto journal = EmbeddedJournal::open(path, clock);
  if (!journal) {
    child_says(journal.error().message);
    return;
  }
  append_until_it_fails(**journal, first_seed, [](Position position, std::uint64_t seed) {
    child_says(std::to_string(value(position)) + " " + std::to_string(seed));
  });
}

TEST(EmbeddedJournalCrash, KillLosesNothingThatWasAcknowledged) {
  constexpr int kRounds = 24;
  const TempDir directory;
  const ManualClock clock;
  std::mt19937_64 random(20250101);
  Acknowledged acknowledged;
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t first_seed = static_cast<std::uint64_t>(round) * 1'000'000;
    Child child("EmbeddedJournalCrash.DISABLED_Appends", directory.path() + " " + std::to_string(first_seed));
    const std::uint64_t lines = 1 + random() % 400;
    const auto take = [&](const std::string& line) {
      std::istringstream text(line);
      std::uint64_t position = 0;
      std::uint64_t seed = 0;
      ASSERT_TRUE(text >> position >> seed) << line;
      acknowledged.add(Position{position}, seed);
    };
    for (std::uint64_t i = 0; i < lines; ++i) {
      const auto line = child.line();
      ASSERT_TRUE(line.has_value());
      take(*line);
    }
    child.kill();
    while (const auto line = child.line()) take(*line);

    auto journal = EmbeddedJournal::open(directory.path(), clock);
    ASSERT_TRUE(journal.has_value()) << journal.error().message;
    acknowledged.check(**journal);
  }
}

TEST(EmbeddedJournalCrash, PowerCutLosesNothingThatWasAcknowledged) {
  constexpr std::uint64_t kRounds = 40;
  const TempDir directory;
  const ManualClock clock;
  std::mt19937_64 random(20250102);
  PowerCutEnv disk;
  Acknowledged acknowledged;
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    EmbeddedJournalOptions options;
    options.fatal = [](std::string_view) {};
    auto journal = EmbeddedJournal::open(directory.path(), clock, options, disk.env());
    ASSERT_TRUE(journal.has_value()) << "round " << round << ": " << journal.error().message;
    acknowledged.check(**journal);
    disk.cut_after_syncs(static_cast<std::int64_t>(random() % 60));
    append_until_it_fails(**journal, round * 1'000'000,
                          [&](Position position, std::uint64_t seed) { acknowledged.add(position, seed); });
    journal->reset();
    disk.settle(random);
  }
  EXPECT_GT(acknowledged.size(), kRounds);
}

// The power may go while the journal opens, too: RocksDB then turns its log into files.
TEST(EmbeddedJournalCrash, PowerCutWhileOpeningLosesNothing) {
  constexpr std::int64_t kSyncs = 20;
  const TempDir directory;
  const ManualClock clock;
  std::mt19937_64 random(20250103);
  PowerCutEnv disk;
  Acknowledged acknowledged;
  for (std::int64_t syncs = 0; syncs < kSyncs; ++syncs) {
    EmbeddedJournalOptions options;
    options.fatal = [](std::string_view) {};
    disk.cut_after_syncs(syncs);
    static_cast<void>(EmbeddedJournal::open(directory.path(), clock, options, disk.env()));
    disk.cut();
    disk.settle(random);

    auto journal = EmbeddedJournal::open(directory.path(), clock, options, disk.env());
    ASSERT_TRUE(journal.has_value()) << "after " << syncs << " syncs: " << journal.error().message;
    acknowledged.check(**journal);
    disk.cut_after_syncs(5);
    append_until_it_fails(**journal, static_cast<std::uint64_t>(syncs) * 1'000'000,
                          [&](Position position, std::uint64_t seed) { acknowledged.add(position, seed); });
    journal->reset();
    disk.settle(random);
  }
}

}  // namespace
}  // namespace ledgate::testing
