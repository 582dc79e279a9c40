// What the rows say about who made them, and rows that cannot be read: refused with one line, never taken for nothing.
#include "projections/replica/served_models.h"

#include "projections/rows/big_endian.h"
#include "tests/unit/projections/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using ::testing::HasSubstr;

void put(KvStore& store, Table table, std::string_view key, std::string_view value) {
  const auto batch = store.new_batch();
  batch->put(table, key, value);
  ASSERT_TRUE(store.write(*batch));
}

// ---- who made them ----

class MadeByOthers : public ::testing::Test {
 protected:
  void SetUp() override { log_.append_event(user_registered("ann", "ann")); }
  // What a program of today says to these rows.
  std::string refusal() {
    const Status bound = bind_tables(log_.node().store(), models_of_today());
    if (bound) return "taken";
    EXPECT_EQ(bound.error().code, ErrorCode::kStorageFailed);
    EXPECT_THAT(bound.error().message, HasSubstr("made by a newer ledgate"));
    EXPECT_EQ(bound.error().message.find('\n'), std::string::npos) << "one line";
    return bound.error().message;
  }
  void change_state(const std::function<void(rows::v1::ReplicaState&)>& change) {
    auto state = log_.node().state();
    change(state);
    put(log_.node().store(), tables::kMeta, state_key(Side::kServed), state.SerializeAsString());
  }
  Log log_;
};

TEST_F(MadeByOthers, RowsOfTodayAreTaken) { EXPECT_EQ(refusal(), "taken"); }

TEST_F(MadeByOthers, ANewerVersionOfAModelIsRefused) {
  change_state([](auto& state) { state.mutable_models(1)->set_version(7); });
  EXPECT_THAT(refusal(), HasSubstr("the model accounts has version 7, this version knows 1"));
}

TEST_F(MadeByOthers, AModelThatNobodyKnowsIsRefused) {
  change_state([](auto& state) { state.add_models()->set_name("reports"); });
  EXPECT_THAT(refusal(), HasSubstr("there is a model reports"));
}

TEST_F(MadeByOthers, ANewerFormatIsRefused) {
  change_state([](auto& state) { state.set_format(kRowsFormat + 1); });
  EXPECT_THAT(refusal(), HasSubstr("their format is 2, this version knows 1"));
}

TEST_F(MadeByOthers, TablesThatNobodyKnowsAreRefused) {
  for (const char* name : {"accounts.v2.rows", "reports.v1.rows", "somebody else's"}) {
    ASSERT_TRUE(log_.node().store().bind(std::array{TableSpec{.table = Table{400}, .name = name}}));
    EXPECT_THAT(refusal(), HasSubstr(std::string("there is a table ") + name));
    ASSERT_TRUE(log_.node().store().drop(name));
  }
}

TEST_F(MadeByOthers, TablesOfOlderVersionsAreDropped) {
  ASSERT_TRUE(log_.node().store().bind(std::array{TableSpec{.table = Table{400}, .name = "accounts.v0.rows"}}));
  EXPECT_EQ(refusal(), "taken");
  EXPECT_EQ(log_.node().store().table_names().size(), table_specs().size());
}

// ---- rows that cannot be read ----

class UnreadableRows : public ::testing::Test {
 protected:
  void SetUp() override {
    log_.append_event(user_registered("ann", "ann"));
    log_.append_event(session_begun("ann", "s1", 3600, true));
  }
  // The line that names table and key, of whatever `read` finds.
  std::string told(const std::function<void(const KvReader&)>& read) {
    try {
      read(log_.rows());
    } catch (const DamagedRow& found) {
      return found.what();
    }
    return "read";
  }
  void damage(Table table, std::string_view key) { put(log_.node().store(), table, key, "\xff\xff"); }

  Log log_;
  const UserId ann_ = id_of<UserId>("ann");
  const std::string ann_hex_ = to_hex(key_of("ann"));
};

TEST_F(UnreadableRows, AStateIsNotTakenForNothingApplied) {
  damage(tables::kMeta, state_key(Side::kServed));
  const std::string line = "replica.v1.meta " + to_hex("state");
  EXPECT_EQ(told([](const KvReader& rows) { read_replica_state(rows); }), line);
  EXPECT_THROW(Applier(log_.node().store(), test_vault()), DamagedRow);
}

TEST_F(UnreadableRows, AStateWithoutItsChainIsNone) {
  auto state = log_.node().state();
  state.set_chain("short");
  put(log_.node().store(), tables::kMeta, state_key(Side::kServed), state.SerializeAsString());
  EXPECT_THROW(Applier(log_.node().store(), test_vault()), DamagedRow);
}

TEST_F(UnreadableRows, AreNamedByTableAndKey) {
  damage(tables::kAccounts, key_of("ann"));
  damage(tables::kLogins, key_of("ann"));
  damage(tables::kSessions, key_of("s1"));
  damage(tables::kSubjects, key_of("ann"));
  damage(tables::kDirectory, big_endian(std::uint64_t{1}));
  damage(tables::kConflicts, key_of("user/ann"));
  damage(tables::kRateBuckets, key_of("bucket"));
  damage(tables::kIdempotency, key_of("retry"));
  damage(tables::kOneTime, key_of("ann") + '\x01');
  damage(tables::kApiTokens, key_of("token"));
  damage(tables::kMails, key_of("mail"));
  damage(tables::kSigningKeys, "kid");
  EXPECT_EQ(told([&](const auto& rows) { find_account(rows, ann_); }), "accounts.v1.rows " + ann_hex_);
  EXPECT_EQ(told([&](const auto& rows) { find_login(rows, *Key16::from_bytes(key_of("ann"))); }),
            "accounts.v1.logins " + ann_hex_);
  EXPECT_EQ(told([&](const auto& rows) { find_subject_key(rows, key_of("ann")); }), "accounts.v1.subjects " + ann_hex_);
  EXPECT_EQ(told([&](const auto& rows) { find_session(rows, id_of<SessionId>("s1")); }),
            "sessions.v1.rows " + to_hex(key_of("s1")));
  EXPECT_EQ(told([&](const auto& rows) { list_users(rows, {}, 10); }), "directory.v1.rows 0000000000000001");
  EXPECT_EQ(told([&](const auto& rows) { conflict_position(rows, key_of("user/ann")); }),
            "replica.v1.conflicts " + to_hex(key_of("user/ann")));
  EXPECT_EQ(told([&](const auto& rows) { count_attempts(rows, *Key16::from_bytes(key_of("bucket"))); }),
            "limits.v1.rows " + to_hex(key_of("bucket")));
  EXPECT_EQ(told([&](const auto& rows) { find_outcome(rows, *Key16::from_bytes(key_of("retry"))); }),
            "idempotency.v1.rows " + to_hex(key_of("retry")));
  EXPECT_EQ(told([&](const auto& rows) { find_api_token(rows, *Key16::from_bytes(key_of("token"))); }),
            "api_tokens.v1.rows " + to_hex(key_of("token")));
  EXPECT_EQ(told([&](const auto& rows) { find_mail(rows, id_of<MailId>("mail")); }),
            "outbox.v1.rows " + to_hex(key_of("mail")));
  EXPECT_EQ(told([&](const auto& rows) { list_signing_keys(rows); }), "signing_keys.v1.rows " + to_hex("kid"));
}

TEST_F(UnreadableRows, AnIdIsParsedWhereItsRowIsRead) {
  state::v1::Session session = *find_session(log_.rows(), id_of<SessionId>("s1"));
  session.set_user_id("short");
  put(log_.node().store(), tables::kSessions, key_of("s1"), session.SerializeAsString());
  EXPECT_EQ(told([&](const auto& rows) { find_session(rows, id_of<SessionId>("s1")); }),
            "sessions.v1.rows " + to_hex(key_of("s1")));
}

TEST_F(UnreadableRows, StopTheReplicaTooWhenAFactMeetsThem) {
  damage(tables::kAccounts, key_of("ann"));
  journal::v1::Event event;
  event.mutable_user()->set_user_id(key_of("ann"));
  event.mutable_user()->mutable_role_changed()->set_to(journal::v1::ROLE_ADMIN);
  Node& node = log_.node();
  node.restart();
  EXPECT_THROW(log_.append_event(event), DamagedRow);
}

}  // namespace
}  // namespace ledgate::testing
