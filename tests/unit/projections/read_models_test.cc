// What each read model makes of facts, and what its queries answer.
#include "projections/replica/registry.h"
#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

#include <set>

namespace ledgate::testing {
namespace {

using journal::v1::Event;
using journal::v1::Transaction;

TEST(Models, AndTheirTablesHaveNamesOfTheirOwn) {
  std::set<std::string_view> models;
  std::set<Table> tables;
  std::set<std::string> names;
  for (const ModelSpec& model : all_models()) {
    EXPECT_TRUE(models.insert(model.name).second) << model.name;
    EXPECT_LE(model.readable_from, model.version) << model.name;
    std::set<std::uint8_t> marks;
    std::uint16_t index = 0;
    for (const ModelTable& table : model.tables) {
      EXPECT_TRUE(tables.insert(table.table).second) << model.name << " " << table.name;
      EXPECT_TRUE(names.insert(table_name(model, model.version, table)).second) << model.name << " " << table.name;
      EXPECT_TRUE(marks.insert(table.digest_mark).second) << model.name << " " << table.name;
      EXPECT_EQ(static_cast<std::uint16_t>(table.table) % kTablesPerModel, index++) << model.name;
    }
  }
  EXPECT_EQ(all_models().front().name, kReplicaModel.name) << "where the replica expects it";
  EXPECT_LT(static_cast<std::uint16_t>(*tables.rbegin()), kBesideBit);
}

// ---- accounts ----

TEST(Accounts, AreFoundByIdNumberAndBothLogins) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  log.append_event(user_registered("bob", "bob"));
  const UserId bob = id_of<UserId>("bob");
  EXPECT_EQ(find_account(log.rows(), bob)->number(), 2U);
  EXPECT_EQ(find_account(log.rows(), bob)->id(), key_of("bob"));
  EXPECT_EQ(find_user_by_number(log.rows(), UserNumber{2}), bob);
  EXPECT_EQ(find_login(log.rows(), *Key16::from_bytes(key_of("bob"))), bob);
  EXPECT_EQ(find_login(log.rows(), *Key16::from_bytes(key_of("bob@"))), bob);
  EXPECT_EQ(find_subject_key(log.rows(), key_of("bob"))->ciphertext(), "wrapped key of bob");
}

TEST(Accounts, ThatDoNotExistAreNotFound) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  EXPECT_FALSE(find_account(log.rows(), id_of<UserId>("eve")));
  EXPECT_FALSE(find_login(log.rows(), *Key16::from_bytes(key_of("eve"))));
  EXPECT_FALSE(find_user_by_number(log.rows(), UserNumber{0}));
  EXPECT_FALSE(find_user_by_number(log.rows(), UserNumber{2}));
  EXPECT_FALSE(find_subject_key(log.rows(), key_of("eve")));
  EXPECT_FALSE(find_visitor_subject(log.rows(), 19'000));
}

TEST(Accounts, WithoutNameOrAddressHaveNoSuchLogin) {
  Log log;
  Event event = user_registered("ann", "ann");
  event.mutable_user()->mutable_registered()->clear_username_index();
  event.mutable_user()->mutable_registered()->clear_email_index();
  log.append_event(event);
  EXPECT_TRUE(rows_of(log.rows(), tables::kLogins).empty());
}

TEST(Accounts, NumbersFollowAcceptedRegistrationsOnly) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  Transaction late = log.transaction();
  Log::read_at(late, "login/ann", Position{77});
  *late.add_events() = user_registered("eve", "eve");
  ASSERT_EQ(log.append(late), Verdict::kConflict);
  log.append_event(login_failed(""));
  log.append_event(user_registered("bob", "bob"));
  EXPECT_EQ(find_account(log.rows(), id_of<UserId>("bob"))->number(), 2U);
  EXPECT_EQ(find_directory_row(log.rows(), id_of<UserId>("bob"))->number(), 2U);
}

TEST(Accounts, TakeARenewedHash) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  Event event;
  event.mutable_user()->set_user_id(key_of("ann"));
  *event.mutable_user()->mutable_password_rehashed()->mutable_password_hash() = sealed("new hash");
  log.append_event(event);
  const auto account = find_account(log.rows(), id_of<UserId>("ann"));
  EXPECT_EQ(account->password_hash().value().ciphertext(), "ciphertext of new hash");
  EXPECT_EQ(account->password_position(), 1U);
  EXPECT_EQ(account->number(), 1U);
}

TEST(Accounts, KnowTheVisitorsOfADay) {
  Log log;
  Event event;
  auto& fact = *event.mutable_service()->mutable_visitor_key_created();
  fact.set_day(19'675);
  fact.mutable_subject_key()->set_subject(key_of("visitors"));
  log.append_event(event);
  EXPECT_EQ(find_visitor_subject(log.rows(), 19'675), id_of<SubjectId>("visitors"));
  EXPECT_FALSE(find_visitor_subject(log.rows(), 19'676));
  EXPECT_TRUE(find_subject_key(log.rows(), key_of("visitors")));
}

// ---- directory ----

TEST(Directory, ListsUsersInTheOrderOfTheirNumbers) {
  Log log;
  for (int i = 0; i < 25; ++i) log.append_event(user_registered("user" + std::to_string(i), "u" + std::to_string(i)));
  std::vector<std::uint64_t> numbers;
  std::optional<UserNumber> after = UserNumber{0};
  int pages = 0;
  while (after) {
    const DirectoryPage page = list_users(log.rows(), *after, 10);
    for (const auto& user : page.users) numbers.push_back(user.number());
    after = page.next;
    ++pages;
  }
  EXPECT_EQ(pages, 3);
  ASSERT_EQ(numbers.size(), 25U);
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i], i + 1);
}

TEST(Directory, TheLastFullPageHasNoNext) {
  Log log;
  for (int i = 0; i < 10; ++i) log.append_event(user_registered("user" + std::to_string(i), "u" + std::to_string(i)));
  EXPECT_FALSE(list_users(log.rows(), UserNumber{0}, 10).next);
  EXPECT_TRUE(list_users(log.rows(), UserNumber{10}, 10).users.empty());
  EXPECT_EQ(list_users(log.rows(), UserNumber{0}, 9).next, UserNumber{9});
}

TEST(Directory, ShowsWhatTheRegistrationSaid) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  const auto row = find_directory_row(log.rows(), id_of<UserId>("ann"));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->id(), key_of("ann"));
  EXPECT_EQ(row->role(), journal::v1::ROLE_USER);
  EXPECT_TRUE(row->active());
  EXPECT_EQ(row->username().path(), "user.registered.username");
  EXPECT_EQ(row->email().value().ciphertext(), "ciphertext of ann");
  EXPECT_FALSE(find_directory_row(log.rows(), id_of<UserId>("bob")));
}

// A role that changes at each step, so that every former state tells which one it is.
journal::v1::Event role_changed(std::string_view user, journal::v1::Role role) {
  Event event;
  event.mutable_user()->set_user_id(key_of(user));
  event.mutable_user()->mutable_role_changed()->set_to(role);
  return event;
}

std::optional<journal::v1::Role> role_at(const Log& log, std::int64_t time_ms) {
  const FormerRow found = find_directory_row_at(log.rows(), id_of<UserId>("ann"), LogTime{time_ms});
  return found.row ? std::optional(found.row->role()) : std::nullopt;
}

TEST(Directory, KnowsHowAUserWasAtAnyTime) {
  Log log;
  log.advance(1000);
  log.append_event(user_registered("ann", "ann"));
  const std::int64_t born_ms = find_directory_row(log.rows(), id_of<UserId>("ann"))->since_ms();
  log.advance(1000);
  log.append_event(role_changed("ann", journal::v1::ROLE_AUDITOR));
  const std::int64_t auditor_ms = find_directory_row(log.rows(), id_of<UserId>("ann"))->since_ms();
  log.advance(1000);
  log.append_event(role_changed("ann", journal::v1::ROLE_ADMIN));
  const std::int64_t admin_ms = find_directory_row(log.rows(), id_of<UserId>("ann"))->since_ms();
  ASSERT_LT(born_ms, auditor_ms);
  ASSERT_LT(auditor_ms, admin_ms);
  EXPECT_EQ(role_at(log, born_ms - 1), std::nullopt);
  EXPECT_EQ(role_at(log, born_ms), journal::v1::ROLE_USER);
  EXPECT_EQ(role_at(log, auditor_ms - 1), journal::v1::ROLE_USER);
  EXPECT_EQ(role_at(log, auditor_ms), journal::v1::ROLE_AUDITOR);
  EXPECT_EQ(role_at(log, admin_ms - 1), journal::v1::ROLE_AUDITOR);
  EXPECT_EQ(role_at(log, admin_ms), journal::v1::ROLE_ADMIN);
  EXPECT_EQ(role_at(log, admin_ms + 1'000'000'000), journal::v1::ROLE_ADMIN);
}

TEST(Directory, KeepsNoFormerStateOfWhatDidNotChange) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  log.append_event(role_changed("ann", journal::v1::ROLE_USER));
  EXPECT_TRUE(rows_of(log.rows(), tables::kDirectoryHistory).empty());
}

TEST(Directory, FormerStatesMakeRoomAndThatIsSaid) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  const std::int64_t born_ms = find_directory_row(log.rows(), id_of<UserId>("ann"))->since_ms();
  for (std::uint32_t change = 0; change < kFormerStatesMax + 2; ++change) {
    log.advance(10);
    log.append_event(role_changed("ann", change % 2 == 0 ? journal::v1::ROLE_AUDITOR : journal::v1::ROLE_USER));
  }
  EXPECT_EQ(rows_of(log.rows(), tables::kDirectoryHistory).size(), kFormerStatesMax);
  const FormerRow too_early = find_directory_row_at(log.rows(), id_of<UserId>("ann"), LogTime{born_ms});
  EXPECT_FALSE(too_early.row);
  ASSERT_TRUE(too_early.kept_since);
  EXPECT_EQ(role_at(log, too_early.kept_since->ms), journal::v1::ROLE_USER) << "the state after the second change";
}

TEST(Directory, ErasingAUserTakesTheFormerStatesAlong) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  log.append_event(role_changed("ann", journal::v1::ROLE_AUDITOR));
  log.append_event(role_changed("ann", journal::v1::ROLE_USER));
  ASSERT_EQ(rows_of(log.rows(), tables::kDirectoryHistory).size(), 2U);
  Event erased;
  erased.mutable_user()->set_user_id(key_of("ann"));
  erased.mutable_user()->mutable_erased();
  log.append_event(erased);
  EXPECT_TRUE(rows_of(log.rows(), tables::kDirectoryHistory).empty());
}

// ---- sessions ----

TEST(Sessions, AreFoundByIdAndByUser) {
  Log log;
  log.append_event(session_begun("ann", "s1", 3600, true));
  log.append_event(session_begun("ann", "s2", 3600, true));
  log.append_event(session_begun("bob", "s3", 3600, true));
  EXPECT_EQ(find_session(log.rows(), id_of<SessionId>("s3"))->user_id(), key_of("bob"));
  const auto all = [](const state::v1::Session&) { return true; };
  const auto find = [&](std::string_view user, std::size_t limit, const SessionId& after = {}) {
    return sessions_of(log.rows(), id_of<UserId>(user), {.after = after, .wanted = all, .limit = limit});
  };
  EXPECT_EQ(find("ann", 10).sessions.size(), 2U);
  EXPECT_FALSE(find("ann", 10).next);
  EXPECT_TRUE(find("eve", 10).sessions.empty());
  const SessionPage first = find("ann", 1);
  ASSERT_TRUE(first.next);
  const SessionPage second = find("ann", 1, *first.next);
  ASSERT_EQ(second.sessions.size(), 1U);
  EXPECT_NE(second.sessions[0].id(), first.sessions[0].id());
  EXPECT_FALSE(second.next);
  EXPECT_FALSE(find_session(log.rows(), id_of<SessionId>("s4")));
}

TEST(Sessions, RotateAndEnd) {
  Log log;
  log.append_event(session_begun("ann", "s1", 3600, true));
  log.advance(1000);
  log.append_event(session_rotated("ann", "s1", 0));
  auto session = find_session(log.rows(), id_of<SessionId>("s1"));
  EXPECT_EQ(session->generation(), 1U);
  EXPECT_EQ(session->generation_ms(), log.now_ms());
  log.append_event(session_ended("ann", "s1"));
  session = find_session(log.rows(), id_of<SessionId>("s1"));
  EXPECT_TRUE(session->ended());
  EXPECT_EQ(session->generation(), 1U);
}

TEST(Sessions, BasicAuthenticationMakesNone) {
  Log log;
  Event event = session_begun("ann", "s1", 0, false);
  event.mutable_session()->clear_session_id();
  log.append_event(event);
  EXPECT_TRUE(rows_of(log.rows(), tables::kSessions).empty());
  EXPECT_TRUE(rows_of(log.rows(), tables::kUserSessions).empty());
  EXPECT_TRUE(rows_of(log.rows(), tables::kSessionExpiry).empty());
}

TEST(Sessions, RefusalsAndRefreshesWithoutRotationWriteNoRow) {
  Log log;
  log.append_event(session_begun("ann", "s1", 3600, false));
  const TableRows before = rows_of(log.rows(), tables::kSessions);
  Event refused = session_ended("ann", "s1");
  refused.mutable_session()->mutable_refresh_refused();
  log.append_event(refused);
  Event refreshed = session_rotated("ann", "s1", 0);
  refreshed.mutable_session()->mutable_refreshed()->set_rotated(false);
  log.append_event(refreshed);
  EXPECT_EQ(rows_of(log.rows(), tables::kSessions), before);
}

// ---- limits, idempotency, signing keys ----

TEST(Limits, CountAttemptsOfAcceptedTransactions) {
  Log log;
  const Key16 bucket = *Key16::from_bytes(key_of("bucket"));
  EXPECT_EQ(count_attempts(log.rows(), bucket), 0U);
  for (const bool conflict : {false, false, true, false}) {
    Transaction attempt = log.transaction();
    if (conflict) Log::read_at(attempt, "a", Position{99});
    auto& count = *attempt.add_rate_counts();
    count.set_bucket(key_of("bucket"));
    count.set_forget_after_ms(log.now_ms() + 300'000);
    *attempt.add_events() = login_failed("ann");
    log.append(attempt);
  }
  EXPECT_EQ(count_attempts(log.rows(), bucket), 3U);
  EXPECT_EQ(rows_of(log.rows(), tables::kRateExpiry).size(), 1U);
}

TEST(Limits, AnAttemptMayCountInSeveralBuckets) {
  Log log;
  Transaction attempt = log.transaction();
  for (const char* name : {"by address", "by account", "by address"}) {
    auto& count = *attempt.add_rate_counts();
    count.set_bucket(key_of(name));
    count.set_forget_after_ms(log.now_ms() + 300'000);
  }
  *attempt.add_events() = login_failed("ann");
  log.append(attempt);
  EXPECT_EQ(count_attempts(log.rows(), *Key16::from_bytes(key_of("by address"))), 2U);
  EXPECT_EQ(count_attempts(log.rows(), *Key16::from_bytes(key_of("by account"))), 1U);
}

TEST(Idempotency, RemembersTheOutcomeAndWhereItIs) {
  Log log;
  Transaction transaction = log.transaction();
  auto& outcome = *transaction.mutable_idempotency();
  outcome.set_key(key_of("key"));
  outcome.set_request_hash("hash");
  outcome.set_error_code(1301);
  outcome.set_error_message("a sentence");
  *transaction.add_events() = login_failed("");
  log.append(transaction);
  const auto found = find_outcome(log.rows(), *Key16::from_bytes(key_of("key")));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->position, log.last());
  EXPECT_EQ(found->outcome.SerializeAsString(), outcome.SerializeAsString());
  EXPECT_FALSE(find_outcome(log.rows(), *Key16::from_bytes(key_of("another"))));
}

TEST(SigningKeys, AreListedUntilTheyAreRetiredAndAfter) {
  Log log;
  Event added;
  auto& key = *added.mutable_service()->mutable_signing_key_added();
  key.set_kid("kid-1");
  key.set_public_key("point");
  key.set_sealed_private_key("sealed");
  log.append_event(added);
  auto keys = list_signing_keys(log.rows());
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].key().kid(), "kid-1");
  EXPECT_EQ(keys[0].added_ms(), log.now_ms());
  EXPECT_FALSE(keys[0].retired());
  Event retired;
  retired.mutable_service()->mutable_signing_key_retired()->set_kid("kid-1");
  log.append_event(retired);
  keys = list_signing_keys(log.rows());
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_TRUE(keys[0].retired());
  EXPECT_EQ(keys[0].key().public_key(), "point");
}

}  // namespace
}  // namespace ledgate::testing
