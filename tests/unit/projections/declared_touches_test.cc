// What a fact changes and what it declares to touch are the same: no row that decisions read changes without its
// conflict key, and no declared touch is forgotten where the fact is folded.
#include "domain/account/state.pb.h"
#include "domain/credential/api_tokens.h"
#include "domain/credential/one_time.h"
#include "domain/delivery/outbox.h"
#include "domain/session/evolve.h"
#include "domain/value/fact_type.h"
#include "tests/support/fact_samples.h"
#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>

namespace ledgate::testing {
namespace {

using journal::v1::Event;
using Options = FactType::Options;

// The rows that decisions read under a key.
struct Guarded {
  Options::Key key;
  std::vector<Table> tables;
};
const std::vector<Guarded> kGuarded{
    {Options::USER, {tables::kAccounts}},
    {Options::LOGINS, {tables::kLogins}},
    {Options::ADMINISTRATORS, {tables::kAdministrators}},
    {Options::SESSION, {tables::kSessions}},
    {Options::EMAIL_CODE, {tables::kOneTime}},
    {Options::RESET_TOKEN, {tables::kOneTime}},
    {Options::API_TOKEN, {tables::kApiTokens, tables::kApiTokenDue}},
    {Options::API_TOKENS, {tables::kUserApiTokens}},
    {Options::MAIL, {tables::kMails}},
    {Options::SIGNING_KEYS, {tables::kSigningKeys}},
    {Options::VISITORS, {tables::kSubjects}},
};

Event sample(const std::string& name) {
  const auto facts = every_fact();
  auto event = std::ranges::find(facts, name, &Fact::name)->example;
  if (event.has_user()) event.mutable_user()->set_user_id(key_of("user"));
  if (event.has_session()) event.mutable_session()->set_user_id(key_of("user"));
  return event;
}

// A log in which there is something for every fact to change.
std::unique_ptr<Log> full_log(bool deactivated) {
  auto log = std::make_unique<Log>();
  Event registered = sample("UserRegistered");
  registered.mutable_user()->mutable_registered()->set_role(journal::v1::ROLE_ADMIN);
  registered.mutable_user()->mutable_registered()->mutable_subject_key()->set_subject(key_of("user"));
  registered.mutable_user()->mutable_registered()->set_email_index(
      sample("EmailVerified").user().email_verified().email_index());
  log->append_event(registered);
  for (const char* name :
       {"LoggedIn", "OtpSent", "PasswordResetRequested", "ApiTokenCreated", "MailQueued", "SigningKeyAdded"})
    log->append_event(sample(name));
  if (deactivated) log->append_event(sample("UserDeactivated"));
  return log;
}

// Of each touch's conditions the first holds, and no other.
void meet_conditions(const FactType& type, Event& event) {
  auto& fact = const_cast<google::protobuf::Message&>(type.fact_in(event));
  for (const auto& touch : type.touches()) {
    for (const auto& condition : touch.when) {
      if (&condition != &touch.when.front()) {
        fact.GetReflection()->ClearField(&fact, condition.field);
      } else if (condition.is != nullptr) {
        fact.GetReflection()->SetEnum(&fact, condition.field, condition.is);
      }
    }
  }
}

// The rows of a table, without when they were changed last.
TableRows rows_in(const Log& log, Table table) {
  TableRows rows = rows_of(log.rows(), table);
  if (table != tables::kAccounts) return rows;
  for (auto& [key, stored] : rows) {
    state::v1::Account account;
    EXPECT_TRUE(account.ParseFromString(stored));
    account.clear_updated_us();
    stored = account.SerializeAsString();
  }
  return rows;
}

// Whether folding the fact changes one of the tables, in either log.
bool changes(const Event& event, const std::vector<Table>& tables) {
  return std::ranges::any_of(std::array{false, true}, [&](bool deactivated) {
    const auto log = full_log(deactivated);
    std::vector<TableRows> before;
    for (const Table table : tables) before.push_back(rows_in(*log, table));
    log->advance(1000);
    log->append_event(event);
    for (std::size_t i = 0; i < tables.size(); ++i) {
      if (rows_in(*log, tables[i]) != before[i]) return true;
    }
    return false;
  });
}

// Rows that go with their account are guarded by its key: whoever decides on them reads the account too.
bool goes_with_its_account(const FactType& type, Options::Key key) {
  return type.name() == "UserErased" && type.touches(Options::USER) &&
         (key == Options::EMAIL_CODE || key == Options::RESET_TOKEN || key == Options::VISITORS);
}

// A user's own subject key is born with the account.
bool is_born_with_its_account(const FactType& type, Options::Key key) {
  return type.name() == "UserRegistered" && key == Options::VISITORS;
}

bool is_declared(const FactType& type, const std::vector<Table>& tables) {
  return std::ranges::any_of(
      kGuarded, [&](const Guarded& guarded) { return guarded.tables == tables && type.touches(guarded.key); });
}

TEST(DeclaredTouches, NoGuardedRowChangesWithoutItsKey) {
  for (const FactType& type : FactType::all()) {
    Event event = sample(type.name());
    meet_conditions(type, event);
    for (const Guarded& guarded : kGuarded) {
      if (goes_with_its_account(type, guarded.key) || is_born_with_its_account(type, guarded.key)) continue;
      if (is_declared(type, guarded.tables)) continue;
      EXPECT_FALSE(changes(event, guarded.tables))
          << type.name() << " changes rows under " << Options::Key_Name(guarded.key) << " and does not declare it";
    }
  }
}

TEST(DeclaredTouches, EveryOneIsFolded) {
  for (const FactType& type : FactType::all()) {
    Event event = sample(type.name());
    meet_conditions(type, event);
    for (const Guarded& guarded : kGuarded) {
      // What is made here a second time is in these lists already.
      if (guarded.key == Options::LOGINS || guarded.key == Options::ADMINISTRATORS ||
          guarded.key == Options::API_TOKENS)
        continue;
      if (!type.touches(guarded.key)) continue;
      EXPECT_TRUE(changes(event, guarded.tables))
          << type.name() << " touches " << Options::Key_Name(guarded.key) << ", and no read model folds it";
    }
  }
}

// Whether the fact changes the state that the other facts have led to.
template <class State, class Part>
bool changes_state(const std::vector<std::string>& before, const Event& event, const Part& part) {
  State state;
  for (const std::string& name : before) evolve(state, part(sample(name)), EventOrigin{.time = LogTime{kStartMs}});
  const std::string as_before = state.SerializeAsString();
  evolve(state, part(event), EventOrigin{.time = LogTime{kStartMs + 1000}});
  return state.SerializeAsString() != as_before;
}

// The read models pass over what is not declared, so the states are asked themselves.
TEST(DeclaredTouches, WhatChangesAStateIsDeclared) {
  const auto user = [](const Event& event) { return event.user(); };
  const auto session = [](const Event& event) { return event.session(); };
  for (const FactType& type : FactType::all()) {
    const Event event = sample(type.name());
    const auto expect_declared = [&](bool changes, Options::Key key) {
      EXPECT_TRUE(!changes || type.touches(key))
          << type.name() << " changes the state under " << Options::Key_Name(key) << " and does not declare it";
    };
    expect_declared(changes_state<state::v1::Session>({"LoggedIn"}, event, session), Options::SESSION);
    expect_declared(changes_state<state::v1::OneTime>({"OtpSent"}, event, user) && !type.touches(Options::RESET_TOKEN),
                    Options::EMAIL_CODE);
    expect_declared(changes_state<state::v1::ApiToken>({}, event, user), Options::API_TOKEN);
    expect_declared(changes_state<state::v1::Mail>({"MailQueued"}, event, user), Options::MAIL);
  }
}

// A touch whose conditions do not hold changes nothing.
TEST(DeclaredTouches, HoldOnlyWhereTheyChangeSomething) {
  for (const FactType& type : FactType::all()) {
    for (const FactType::Touch& touch : type.touches()) {
      Event event = sample(type.name());
      auto& fact = const_cast<google::protobuf::Message&>(type.fact_in(event));
      for (const auto& condition : touch.when) fact.GetReflection()->ClearField(&fact, condition.field);
      if (touch.holds(fact)) continue;
      const auto guarded = std::ranges::find(kGuarded, touch.key, &Guarded::key);
      if (guarded == kGuarded.end()) continue;
      EXPECT_FALSE(changes(event, guarded->tables)) << type.name() << ": " << Options::Key_Name(touch.key);
    }
  }
}

}  // namespace
}  // namespace ledgate::testing
