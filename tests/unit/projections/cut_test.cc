// A read model must not care where it was interrupted: a log cut at every point, batched in every way and applied by
// processes that end anywhere gives the same bytes in every table, the digests and the chain among them.
#include "infra/rocksdb/rocks_store.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/projections/random_log.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace ledgate::testing {
namespace {

constexpr std::size_t kRecords = 360;

std::uint64_t seed() {
  const char* given = std::getenv("LEDGATE_TEST_SEED");
  return given == nullptr ? 20'240'601 : std::strtoull(given, nullptr, 10);
}

class Cuts : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    random_ = new RandomLog(seed());
    log_ = &random_->write(kRecords);
    expected_ = new std::vector<TableRows>(dump(log_->rows()));
  }
  static void TearDownTestSuite() {
    delete expected_;
    delete random_;
  }

  static std::span<const JournalRecord> records() { return log_->records(); }
  static void expect_equal(const KvReader& rows, const std::string& how) {
    const auto found = dump(rows);
    ASSERT_EQ(difference(found, *expected_), "") << how << ", LEDGATE_TEST_SEED=" << seed();
    ASSERT_EQ(found, *expected_) << how;
  }

  static RandomLog* random_;
  static Log* log_;
  static std::vector<TableRows>* expected_;
};
RandomLog* Cuts::random_ = nullptr;
Log* Cuts::log_ = nullptr;
std::vector<TableRows>* Cuts::expected_ = nullptr;

TEST_F(Cuts, TheLogHasEveryFactAndEveryVerdict) {
  std::set<int> users;
  std::set<int> sessions;
  std::set<int> services;
  for (const JournalRecord& record : records()) {
    const auto opened = open_record(record.bytes, test_vault());
    journal::v1::Transaction transaction;
    if (!opened || opened->kind != RecordKind::kTransaction) continue;
    ASSERT_TRUE(transaction.ParseFromArray(opened->payload.data(), static_cast<int>(opened->payload.size())));
    for (const auto& event : transaction.events()) {
      if (event.has_user()) users.insert(event.user().fact_case());
      if (event.has_session()) sessions.insert(event.session().fact_case());
      if (event.has_service()) services.insert(event.service().fact_case());
    }
  }
  const auto facts = [](const auto& event) {
    return static_cast<std::size_t>(event.GetDescriptor()->FindOneofByName("fact")->field_count());
  };
  EXPECT_EQ(users.size(), facts(journal::v1::UserEvent()));
  EXPECT_EQ(sessions.size(), facts(journal::v1::SessionEvent()));
  EXPECT_EQ(services.size(), facts(journal::v1::ServiceEvent()));
  const auto state = log_->node().state();
  EXPECT_GT(state.conflicts(), 5U);
  EXPECT_GT(state.duplicates(), 0U);
  EXPECT_GT(state.stale(), 0U);
  EXPECT_GT(state.refused(), 3U);
  EXPECT_GT(state.last_tick_ms(), 0);
  for (const Table table :
       {tables::kAccounts, tables::kSessions, tables::kAudit, tables::kConflicts, tables::kSigningKeys}) {
    EXPECT_FALSE(rows_of(log_->rows(), table).empty()) << static_cast<int>(table);
  }
}

TEST_F(Cuts, OneBatch) {
  Node node;
  ASSERT_TRUE(node.apply_all(records()));
  expect_equal(node.rows(), "one batch");
}

TEST_F(Cuts, BatchesOfEverySize) {
  for (const std::size_t size : {1U, 2U, 3U, 5U, 7U, 16U, 64U}) {
    Node node;
    for (std::size_t at = 0; at < records().size(); at += size) {
      ASSERT_TRUE(node.apply_all(records().subspan(at, std::min(size, records().size() - at))));
    }
    expect_equal(node.rows(), "batches of " + std::to_string(size));
  }
}

TEST_F(Cuts, AtEveryPosition) {
  for (std::size_t cut = 1; cut < records().size(); ++cut) {
    Node node;
    ASSERT_TRUE(node.apply_all(records().first(cut)));
    ASSERT_TRUE(node.apply_all(records().subspan(cut)));
    expect_equal(node.rows(), "cut before " + std::to_string(cut));
  }
}

TEST_F(Cuts, ARestartAtEveryPosition) {
  for (std::size_t cut = 1; cut < records().size(); ++cut) {
    Node node;
    ASSERT_TRUE(node.apply_all(records().first(cut)));
    node.restart();
    ASSERT_EQ(value(node.applier().next_position()), cut);
    ASSERT_TRUE(node.applier().is_applied_record(records()[cut - 1]));
    ASSERT_TRUE(node.apply_all(records().subspan(cut)));
    expect_equal(node.rows(), "restart before " + std::to_string(cut));
  }
}

// The process ends with records applied and not committed: they are applied again, from the position that is in the
// rows. A tick commits what stands before it, so that the rows may be anywhere between the last commit and the end.
TEST_F(Cuts, ACrashBeforeTheCommitAtEveryPosition) {
  Node node;
  for (std::size_t at = 0; at < records().size();) {
    const std::size_t ahead = std::min<std::size_t>(at % 5, records().size() - at);
    for (std::size_t i = 0; i < ahead; ++i) ASSERT_TRUE(node.apply(records()[at + i]));
    node.restart();
    at = value(node.applier().next_position());
    if (at > 0) {
      ASSERT_TRUE(node.applier().is_applied_record(records()[at - 1])) << "after a crash at " << at;
    }
    ASSERT_TRUE(node.apply_all(records().subspan(at, 1)));
    ++at;
  }
  expect_equal(node.rows(), "crashes");
}

TEST_F(Cuts, ARestartBeforeEveryRecordAndACrashAfterIt) {
  Node node;
  for (std::size_t at = 0; at < records().size(); ++at) {
    node.restart();
    ASSERT_TRUE(node.apply(records()[at]));
    node.restart();  // not committed
    ASSERT_EQ(value(node.applier().next_position()), at);
    if (at > 0) {
      ASSERT_TRUE(node.applier().is_applied_record(records()[at - 1])) << at;
    }
    ASSERT_TRUE(node.apply_all(records().subspan(at, 1)));
  }
  expect_equal(node.rows(), "restart and crash");
}

TEST_F(Cuts, ACommitOfNothingChangesNothing) {
  Node node;
  ASSERT_TRUE(node.apply_all(records()));
  ASSERT_TRUE(node.commit());
  node.restart();
  ASSERT_TRUE(node.commit());
  expect_equal(node.rows(), "an empty commit");
}

TEST_F(Cuts, ARebuildIntoRocksDbIsEqual) {
  const TempDir directory;
  auto store = infra::RocksStore::open(directory.file("rows"), table_specs());
  ASSERT_TRUE(store);
  {
    Applier applier(**store, test_vault());
    for (std::size_t i = 0; i < records().size(); ++i) {
      ASSERT_TRUE(applier.apply(records()[i]));
      if (i % 17 == 0) {
        ASSERT_TRUE(applier.commit());
      }
    }
    ASSERT_TRUE(applier.commit());
  }
  expect_equal((*store)->latest(), "RocksDB");
  store->reset();
  auto again = infra::RocksStore::open(directory.file("rows"), table_specs());
  ASSERT_TRUE(again);
  expect_equal((*again)->latest(), "RocksDB, opened again");
}

TEST(OtherSeeds, AreEqualInOneBatchAndCutByCut) {
  for (std::uint64_t other = 1; other <= 12; ++other) {
    RandomLog random(other);
    Log& log = random.write(150);
    Node node;
    ASSERT_TRUE(node.apply_all(log.records()));
    ASSERT_EQ(difference(dump(node.rows()), dump(log.rows())), "") << "seed " << other;
  }
}

TEST(Digests, DifferWhenOneWriteDiffers) {
  Log a;
  Log b;
  a.append_event(user_registered("ann", "ann"));
  b.append_event(user_registered("bob", "bob"));
  const auto digest = [](Log& log, const std::string& name) {
    const auto state = log.node().state();
    for (const auto& row : state.models()) {
      if (row.name() == name) return row.digest();
    }
    return std::string("none");
  };
  for (const char* name : {"accounts", "directory", "audit"}) EXPECT_NE(digest(a, name), digest(b, name)) << name;
  for (const char* name : {"sessions", "limits", "idempotency", "signing_keys"}) {
    EXPECT_EQ(digest(a, name), std::string(32, '\0')) << name << " wrote nothing";
  }
}

}  // namespace
}  // namespace ledgate::testing
