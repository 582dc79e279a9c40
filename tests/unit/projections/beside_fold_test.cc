// Models that are new or changed: folded beside the rows that are served, from verdicts that were kept, and swapped in.
#include "projections/replica/beside_fold.h"

#include "projections/replica/replica.h"
#include "tests/support/eventually.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_journal.h"
#include "tests/unit/projections/program.h"
#include "tests/unit/projections/random_log.h"

#include <gtest/gtest.h>

#include <atomic>

namespace ledgate::testing {
namespace {

constexpr std::size_t kRecords = 700;

using Models = std::vector<ModelSpec>;

// What accounts v2 makes of facts here: as v1, but for a mark.
void mark_and_apply(const journal::v1::Event& event, const EventOrigin& origin, Rows& rows) {
  kAccountsModel.apply_event(event, origin, rows);
  if (event.user().has_registered()) rows.put(tables::kSubjects, "v2" + event.user().user_id(), "mark");
}

void throw_at_a_role(const journal::v1::Event& event, const EventOrigin& origin, Rows& rows) {
  if (event.user().has_role_changed()) throw std::runtime_error("no idea what to make of a role");
  kAccountsModel.apply_event(event, origin, rows);
}

class BesideFolds : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    random_ = new RandomLog(20'261'128);
    random_->write(kRecords);
  }
  static void TearDownTestSuite() { delete random_; }

  static std::span<const JournalRecord> records() { return random_->log().records(); }
  static Models today() { return models_of_today(); }
  static Models next() { return with_fold(with_version(today(), "accounts", 2, 1), "accounts", mark_and_apply); }

  // A store that the program `models` has filled, as the program `after` finds it.
  static std::unique_ptr<MemoryKv> left_by(const Models& models, const Models& after) {
    auto store = open_with(models);
    apply_with(models, *store, records());
    EXPECT_TRUE(store->bind(specs_beside(*store, after)));
    EXPECT_TRUE(bind_tables(*store, after));
    return store;
  }
  // What opening a store makes: the tables of `models` that are not there, bound to nothing that is served.
  static std::vector<TableSpec> specs_beside(const MemoryKv& store, const Models& models) {
    std::vector<TableSpec> missing;
    const auto names = store.table_names();
    for (TableSpec spec : table_specs(models)) {
      if (std::ranges::find(names, spec.name) == names.end()) missing.push_back(spec);
    }
    return missing;
  }
  static void expect_as_if_always(const Models& models, const KvReader& rows) {
    const auto fresh = open_with(models);
    apply_with(models, *fresh, records());
    for (const ModelSpec& model : models) {
      EXPECT_EQ(rows_of_model(rows, models, model.name), rows_of_model(fresh->latest(), models, model.name))
          << model.name;
      const auto found = served(rows, model.name);
      ASSERT_TRUE(found) << model.name;
      EXPECT_EQ(found->version(), model.version) << model.name;
      EXPECT_EQ(found->digest(), served(fresh->latest(), model.name)->digest()) << model.name;
    }
  }
  std::unique_ptr<BesideFold> fold(KvStore& store, const Models& models) {
    auto made = BesideFold::make(journal_, store, test_vault(), {.models = models});
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  // To the end, then swapped in.
  void finish(KvStore& store, const Models& models, BesideFold& fold) {
    Applier applier(store, test_vault(), {.models = models});
    const Position applied{applier.state().position()};
    while (fold.next_position() <= applied) ASSERT_TRUE(fold.step(applied, std::chrono::milliseconds(0)));
    const Status adopted = applier.adopt(fold.applier());
    ASSERT_TRUE(adopted) << adopted.error().message;
  }
  void SetUp() override { journal_.replace_records({records().begin(), records().end()}); }

  static RandomLog* random_;
  ManualClock clock_;
  MemoryJournal journal_{clock_};
};
RandomLog* BesideFolds::random_ = nullptr;

TEST_F(BesideFolds, AreNotNeededByRowsOfTheSameVersions) {
  const auto store = left_by(today(), today());
  const auto made = BesideFold::make(journal_, *store, test_vault(), {.models = today()});
  ASSERT_TRUE(made);
  EXPECT_EQ(*made, nullptr);
}

TEST_F(BesideFolds, LeaveWhatIsServedAloneUntilTheSwap) {
  const auto store = left_by(today(), next());
  const auto before = rows_of_model(store->latest(), next(), "accounts");
  const auto made = fold(*store, next());
  EXPECT_FALSE(made->comes_first());
  ASSERT_EQ(made->models().size(), 1U);
  EXPECT_EQ(made->models()[0].served, 1U);
  EXPECT_EQ(made->models()[0].version, 2U);
  const Position applied = records().back().position;
  while (made->next_position() <= applied) ASSERT_TRUE(made->step(applied, std::chrono::milliseconds(0)));
  EXPECT_EQ(rows_of_model(store->latest(), next(), "accounts"), before);
  EXPECT_EQ(served(store->latest(), "accounts")->version(), 1U);
  finish(*store, next(), *made);
  expect_as_if_always(next(), store->latest());
}

TEST_F(BesideFolds, DropWhatWasServedBefore) {
  const auto store = left_by(today(), next());
  const auto snapshot = store->snapshot();
  const auto before = rows_of_model(*snapshot, next(), "accounts");
  finish(*store, next(), *fold(*store, next()));
  const auto names = store->table_names();
  EXPECT_EQ(std::ranges::find(names, "accounts.v1.rows"), names.end());
  EXPECT_EQ(names.size(), table_specs(next()).size()) << "nothing is left of the fold";
  EXPECT_EQ(rows_of_model(*snapshot, next(), "accounts"), before) << "who reads, goes on reading what was";
}

TEST_F(BesideFolds, GoOnWhereTheLastProcessWas) {
  const auto store = left_by(today(), next());
  const Position applied = records().back().position;
  ASSERT_TRUE(fold(*store, next())->step(applied, std::chrono::milliseconds(0)));
  ASSERT_TRUE(bind_tables(*store, next()));
  const auto again = fold(*store, next());
  EXPECT_GT(value(again->next_position()), 0U);
  finish(*store, next(), *again);
  expect_as_if_always(next(), store->latest());
}

TEST_F(BesideFolds, BeginAnewForAnotherVersion) {
  const auto store = left_by(today(), next());
  ASSERT_TRUE(fold(*store, next())->step(records().back().position, std::chrono::milliseconds(0)));
  const Models third = with_version(next(), "accounts", 3, 1);
  ASSERT_TRUE(store->bind(specs_beside(*store, third)));
  ASSERT_TRUE(bind_tables(*store, third));
  const auto again = fold(*store, third);
  EXPECT_EQ(value(again->next_position()), 0U);
  finish(*store, third, *again);
  expect_as_if_always(third, store->latest());
}

TEST_F(BesideFolds, JudgeAgainWhatTheFirstReleaseKeptNoVerdictsOf) {
  const auto store = left_by(today(), next());
  auto state = read_replica_state(store->latest());
  ASSERT_GT(state.conflicts(), 0U);
  state.clear_format();
  const auto batch = store->new_batch();
  batch->put(tables::kMeta, state_key(Side::kServed), state.SerializeAsString());
  for (const auto& [key, value] : store->rows(tables::kRefused)) batch->erase(tables::kRefused, key);
  ASSERT_TRUE(store->write(*batch));
  finish(*store, next(), *fold(*store, next()));
  expect_as_if_always(next(), store->latest());
  // From now on they are known, those of before too.
  const auto fresh = open_with(next());
  apply_with(next(), *fresh, records());
  EXPECT_EQ(store->rows(tables::kRefused), fresh->rows(tables::kRefused));
  EXPECT_EQ(read_replica_state(store->latest()).refused_from(), 0U);
}

TEST_F(BesideFolds, TakeVerdictsAsTheyWereGiven) {
  const auto store = left_by(today(), next());
  const auto refused = store->rows(tables::kRefused);
  ASSERT_FALSE(refused.empty());
  const auto batch = store->new_batch();
  for (const auto& [key, value] : refused) batch->erase(tables::kRefused, key);
  ASSERT_TRUE(store->write(*batch));
  finish(*store, next(), *fold(*store, next()));
  const auto fresh = open_with(next());
  apply_with(next(), *fresh, records());
  EXPECT_NE(served(store->latest(), "accounts")->digest(), served(fresh->latest(), "accounts")->digest())
      << "what was refused counted, since nobody said that it was";
}

TEST_F(BesideFolds, AreOfTheJournalThatWasApplied) {
  const auto store = left_by(today(), next());
  auto others = std::vector<JournalRecord>(records().begin(), records().end());
  others[others.size() / 2].bytes = seal_record(RecordKind::kTransaction, "another", foreign_vault());
  journal_.replace_records(others);
  const auto made = fold(*store, next());
  const Position applied = records().back().position;
  while (made->next_position() <= applied) ASSERT_TRUE(made->step(applied, std::chrono::milliseconds(0)));
  Applier applier(*store, test_vault(), {.models = next()});
  const Status adopted = applier.adopt(made->applier());
  ASSERT_FALSE(adopted);
  EXPECT_EQ(adopted.error().code, ErrorCode::kJournalCorrupt);
  EXPECT_EQ(served(store->latest(), "accounts")->version(), 1U);
}

TEST_F(BesideFolds, OfANewModelHaveNothingToServeMeanwhile) {
  const auto before = without(today(), "referrals");
  {
    const auto store = left_by(before, today());
    EXPECT_FALSE(served(store->latest(), "referrals"));
    const auto made = fold(*store, today());
    EXPECT_TRUE(made->comes_first());
    finish(*store, today(), *made);
    expect_as_if_always(today(), store->latest());
  }
  const auto forgiving = with_version(today(), "referrals", 1, 0);
  const auto store = left_by(before, forgiving);
  EXPECT_FALSE(fold(*store, forgiving)->comes_first()) << "its answers are right without rows";
}

// ---- a whole replica ----

class FoldingReplicas : public BesideFolds {
 protected:
  std::unique_ptr<Replica> replica(KvStore& store, const Models& models) {
    return std::make_unique<Replica>(
        journal_, store, test_vault(), awaiter_,
        Replica::Options{
            .models = models, .beside = &beside_, .on_swapped = [this] { swapped_.store(true); }, .on_failure = {}});
  }
  void SetUp() override {
    BesideFolds::SetUp();
    beside_.replace_records({records().begin(), records().end()});
  }
  // Appended while the replica runs.
  JournalRecord append_one() {
    RandomLog& random = *random_;
    random.log().append_event(user_registered("late" + std::to_string(records().size()), "late"));
    journal_.replace_records({records().begin(), records().end()});
    beside_.replace_records({records().begin(), records().end()});
    return records().back();
  }

  MemoryJournal beside_{clock_};
  Awaiter awaiter_;
  std::atomic<bool> swapped_{false};
};

TEST_F(FoldingReplicas, ServeOldRowsAndThenNewOnes) {
  const auto store = left_by(today(), next());
  const auto one = replica(*store, next());
  ASSERT_TRUE(one->open());
  ASSERT_TRUE(one->catch_up());
  ASSERT_TRUE(one->status().fold);
  EXPECT_EQ(one->status().fold->models[0].name, "accounts");
  EXPECT_EQ(one->status().fold->records_of, records().size());
  EXPECT_FALSE(swapped_.load());
  one->start();
  append_one();
  ASSERT_TRUE(eventually([&] { return swapped_.load(); }));
  const Position last = append_one().position;
  ASSERT_TRUE(eventually([&] { return one->applied() == last; }));
  EXPECT_FALSE(one->status().fold);
  one->stop();
  EXPECT_FALSE(one->failure());
  expect_as_if_always(next(), store->latest());
}

TEST_F(FoldingReplicas, FoldFirstWhatTheyCannotServe) {
  const auto strict = with_version(next(), "accounts", 2, 2);
  const auto store = left_by(today(), strict);
  const auto one = replica(*store, strict);
  ASSERT_TRUE(one->open());
  ASSERT_TRUE(one->catch_up());
  EXPECT_TRUE(swapped_.load());
  expect_as_if_always(strict, store->latest());
}

TEST_F(FoldingReplicas, GoOnServingWhenAFoldFails) {
  const auto failing = with_fold(next(), "accounts", throw_at_a_role);
  // Nothing of these rows is folded by the program that fails: it is the fold beside that meets the fact.
  const auto store = left_by(today(), failing);
  const auto one = replica(*store, failing);
  ASSERT_TRUE(one->open());
  ASSERT_TRUE(one->catch_up());
  one->start();
  ASSERT_TRUE(eventually([&] { return !one->status().fold->failure.empty(); }));
  EXPECT_NE(one->status().fold->failure.find("no idea what to make of a role"), std::string::npos);
  const Position last = append_one().position;
  ASSERT_TRUE(eventually([&] { return one->applied() == last; }));
  EXPECT_FALSE(one->failure());
  EXPECT_FALSE(one->status().fold->failure.empty()) << "until the next start";
  one->stop();
  EXPECT_EQ(served(store->latest(), "accounts")->version(), 1U);
  EXPECT_TRUE(find_account(store->latest(), id_of<UserId>("late" + std::to_string(records().size() - 1))));
}

TEST_F(FoldingReplicas, TryAgainWhileTheJournalIsAway) {
  const auto store = left_by(today(), next());
  beside_.set_available(false);
  const auto one = replica(*store, next());
  ASSERT_TRUE(one->open());
  ASSERT_TRUE(one->catch_up());
  one->start();
  append_one();
  EXPECT_FALSE(swapped_.load());
  beside_.set_available(true);
  ASSERT_TRUE(eventually([&] { return swapped_.load(); }));
  one->stop();
}

}  // namespace
}  // namespace ledgate::testing
