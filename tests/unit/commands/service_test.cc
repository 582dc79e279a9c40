// What the service does for itself: ticks, signing keys, the first administrator, the genesis, small facts.
#include "commands/core/conflict_keys.h"
#include "projections/models/accounts.h"
#include "projections/models/audit.h"
#include "projections/models/signing_keys.h"
#include "tests/unit/commands/world.h"

#include <gtest/gtest.h>

#include <set>

namespace ledgate::testing {
namespace {

using std::chrono::hours;

// ---- signing keys ----

class SigningKeys : public ::testing::Test {
 protected:
  void maintain() {
    ASSERT_TRUE(maintain_signing_keys(world.services(), rules));
    world.node().catch_up();
  }
  // In the order of their use.
  std::vector<rows::v1::SigningKeyRow> keys() {
    auto rows = list_signing_keys(*world.node().rows());
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.key().use_from_ms() < b.key().use_from_ms(); });
    return rows;
  }

  World world;
  const SigningKeyRules rules{
      .rotate_after = hours(24 * 30), .publish_ahead = hours(24), .longest_token = hours(24 * 7)};
};

TEST_F(SigningKeys, TheFirstIsUsedAtOnce) {
  maintain();
  ASSERT_EQ(keys().size(), 1U);
  const auto key = keys()[0].key();
  EXPECT_LE(key.use_from_ms(), world.clock.now_ms());
  EXPECT_EQ(key.algorithm(), "ES256");
  EXPECT_EQ(key.public_key().size(), 65U);
  const auto opened = world.vault.open_service_secret(key.sealed_private_key(), key.kid());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal().size(), 32U);
  EXPECT_FALSE(world.vault.open_service_secret(key.sealed_private_key(), "another kid"));
  EXPECT_EQ(world.raw_journal().find(opened->reveal()), std::string::npos);
}

TEST_F(SigningKeys, OneIsEnoughUntilItIsOld) {
  maintain();
  const std::size_t records = world.journal.records().size();
  world.advance(rules.rotate_after - std::chrono::milliseconds(1));
  maintain();
  EXPECT_EQ(keys().size(), 1U);
  EXPECT_EQ(world.journal.records().size(), records) << "and nothing is written";
}

TEST_F(SigningKeys, TheNextIsPublishedAheadOfItsUse) {
  maintain();
  world.advance(rules.rotate_after);
  maintain();
  maintain();
  ASSERT_EQ(keys().size(), 2U) << "once, however often one looks";
  EXPECT_EQ(keys()[1].key().use_from_ms(),
            world.clock.now_ms() + std::chrono::milliseconds(rules.publish_ahead).count());
  EXPECT_FALSE(keys()[0].retired());
}

TEST_F(SigningKeys, AnOldOneIsRetiredWhenNoTokenCanNeedIt) {
  maintain();
  world.advance(rules.rotate_after);
  maintain();
  world.advance(rules.publish_ahead + rules.longest_token - std::chrono::milliseconds(1));
  maintain();
  EXPECT_FALSE(keys()[0].retired());
  world.advance(std::chrono::milliseconds(1));
  maintain();
  EXPECT_TRUE(keys()[0].retired());
  EXPECT_FALSE(keys()[1].retired());
  EXPECT_EQ(world.trail(), (std::vector<std::string>{"SigningKeyAdded", "SigningKeyAdded", "SigningKeyRetired"}));
}

TEST_F(SigningKeys, OverYearsThereAreNeverMoreThanAFew) {
  for (int day = 0; day < 365; ++day) {
    maintain();
    world.advance(hours(24));
    std::size_t living = 0;
    for (const auto& row : keys()) living += row.retired() ? 0 : 1;
    ASSERT_GE(living, 1U) << day;
    ASSERT_LE(living, 2U) << day;
  }
  EXPECT_GE(keys().size(), 12U);
}

// ---- ticks ----

TEST(Ticks, MoveLogTimeOn) {
  World world;
  world.advance(std::chrono::minutes(5));
  EXPECT_LT(world.node().awaiter().log_time().ms, world.clock.now_ms());
  world.tick();
  EXPECT_EQ(world.node().awaiter().log_time().ms, world.clock.now_ms());
  EXPECT_TRUE(world.trail().empty()) << "no business of the audit trail";
}

TEST(Ticks, AreSaidToHaveFailedWhenTheJournalIsAway) {
  World world;
  world.journal.set_available(false);
  EXPECT_EQ(tick(world.services()).error().code, ErrorCode::kJournalUnavailable);
}

// ---- the first administrator ----

TEST(Bootstrapping, MakesTheAdministratorOnce) {
  World world;
  const Secret<> password(std::string("admin"));
  EXPECT_EQ(bootstrap_administrator(world.services(), password).value(), true);
  EXPECT_EQ(bootstrap_administrator(world.services(), password).value(), false);
  EXPECT_EQ(world.transactions().size(), 1U);
  const auto rows = world.node().rows();
  const auto account = find_account(*rows, *find_user_by_number(*rows, UserNumber{1}));
  EXPECT_EQ(account->role(), journal::v1::ROLE_ADMIN);
  EXPECT_TRUE(account->bootstrap_password());
  EXPECT_EQ(world.services().subject_keys.open(*rows, account->username()), "admin");
  EXPECT_EQ(world.services().subject_keys.open(*rows, account->email()), "admin");
  EXPECT_TRUE(log_in(world.services(), World::caller(), World::login("admin", "admin")).result)
      << "although the policy would refuse it";
  EXPECT_EQ(world.transactions().at(0).actor().kind(), journal::v1::ACTOR_SYSTEM);
}

TEST(Bootstrapping, IsDoneByNoOtherNodeLater) {
  World world;
  ASSERT_TRUE(bootstrap_administrator(world.services(), Secret<>(std::string("admin"))));
  TestNode& second = world.add_node();
  EXPECT_EQ(bootstrap_administrator(second.services(), Secret<>(std::string("another"))).value(), false);
}

TEST(Bootstrapping, SaysWhenItCouldNot) {
  World world;
  world.journal.set_available(false);
  EXPECT_EQ(bootstrap_administrator(world.services(), Secret<>(std::string("admin"))).error().code,
            ErrorCode::kJournalUnavailable);
  world.journal.set_available(true);
  EXPECT_EQ(bootstrap_administrator(world.services(), Secret<>(std::string("admin"))).value(), true);
}

TEST(Bootstrapping, LeavesANameThatSomebodyHasToThem) {
  World world;
  ASSERT_TRUE(register_user(world.services(), World::caller(),
                            {.username = "admin", .password = Secret<>(std::string("tr0ub4dor&3"))})
                  .result);
  EXPECT_EQ(bootstrap_administrator(world.services(), Secret<>(std::string("admin"))).error().code,
            ErrorCode::kUsernameTaken);
}

// ---- facts ----

TEST(Facts, AreRecordedWithWhoAndFromWhere) {
  World world;
  const Outcome ann = register_user(world.services(), World::caller(), World::user("ann"));
  Caller caller = World::caller("203.0.113.9");
  caller.kind = journal::v1::ACTOR_USER;
  caller.user = ann.result->user;
  caller.session = *SessionId::from_bytes(std::string(16, 's'));
  journal::v1::Event event;
  event.mutable_service()->mutable_audit_read()->set_rows(3);
  const Outcome outcome = record_fact(world.services(), caller, event);
  ASSERT_TRUE(outcome.result);
  const auto transaction = world.transactions().back();
  EXPECT_EQ(transaction.reads_size(), 0) << "it reads nothing and conflicts with nothing";
  EXPECT_EQ(transaction.writes_size(), 0);
  EXPECT_EQ(transaction.actor().user_id(), ann.result->user.raw());
  EXPECT_EQ(transaction.actor().session_id(), std::string(16, 's'));
  EXPECT_EQ(transaction.client().subject(), ann.result->user.raw());
  EXPECT_EQ(world.trail().back(), "AuditRead");
}

TEST(Facts, OfTheServiceItselfHaveNoClient) {
  World world;
  journal::v1::Event event;
  event.mutable_service()->mutable_started()->set_version("1");
  ASSERT_TRUE(record_fact(world.services(), Caller{}, event).result);
  EXPECT_FALSE(world.transactions().back().has_client());
  EXPECT_EQ(world.trail(), (std::vector<std::string>{"ServiceStarted"}));
}

std::vector<Fact> refusals(int clients) {
  std::vector<Fact> facts;
  for (int i = 0; i < clients; ++i) {
    Fact& fact = facts.emplace_back();
    fact.caller = World::caller("10.1." + std::to_string(i / 256) + "." + std::to_string(i % 256));
    fact.event.mutable_service()->mutable_attempts_throttled()->set_count(static_cast<std::uint64_t>(i) + 1);
  }
  return facts;
}

TEST(Facts, OfManyClientsAreEachRecordedWithTheirOwn) {
  World world;
  EXPECT_EQ(record_facts(world.services(), refusals(600)), 600U);
  const auto trail = world.trail();
  EXPECT_EQ(std::count(trail.begin(), trail.end(), "AttemptsThrottled rate_limited"), 600);
  std::set<std::string> clients;
  for (const auto& transaction : world.transactions()) clients.insert(transaction.client().ciphertext());
  EXPECT_EQ(clients.size(), 600U);
  EXPECT_EQ(record_facts(world.services(), {}), 0U);
}

// A disk that takes its time for each write must not be asked once for each client.
TEST(Facts, OfManyClientsTravelTogether) {
  World world;
  int appended = 0;
  world.hooked.before_each([&] {
    ++appended;
    if (appended == 2) world.journal.pause();
    if (appended == 200) world.journal.resume();
  });
  EXPECT_EQ(record_facts(world.services(), refusals(200)), 200U);
}

TEST(Facts, OfManyClientsThatCannotBeWrittenAreCounted) {
  World world;
  world.journal.next_fates({Fate::kAppended, Fate::kAppended, Fate::kNotPersisted, Fate::kUnknownLost});
  EXPECT_EQ(record_facts(world.services(), refusals(10)), 8U);
  world.journal.set_available(false);
  EXPECT_EQ(record_facts(world.services(), refusals(10)), 0U);
}

// ---- genesis ----

TEST(Genesis, IsNewEachTimeAndSaysItsFormat) {
  World world;
  const std::string bytes = world.journal.records().at(0).bytes;
  const auto first = open_record(bytes, world.vault);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->kind, RecordKind::kGenesis);
  journal::v1::Genesis genesis;
  ASSERT_TRUE(genesis.ParseFromArray(first->payload.data(), static_cast<int>(first->payload.size())));
  EXPECT_EQ(genesis.format(), kRecordFormat);
  EXPECT_EQ(genesis.realm(), "default");
  EXPECT_EQ(genesis.journal_id().size(), 16U);
  EXPECT_EQ(genesis.created_us(), world.clock.wall_us());
  EXPECT_NE(genesis_record(world.vault, world.entropy, world.clock, "default"), bytes);
}

TEST(Genesis, ASecondOneIsRefusedByEveryNodeAlike) {
  World world;
  world.add_node();
  world.journal.append(genesis_record(world.vault, world.entropy, world.clock, "default"), [](AppendReport) {});
  world.journal.drain();
  for (const std::size_t number : {0U, 1U}) {
    world.node(number).catch_up();
    EXPECT_EQ(world.node(number).replica().status().extra_geneses, 1U);
    EXPECT_EQ(world.node(number).replica().status().refused_records, 0U) << "nobody has to be woken for it";
    EXPECT_FALSE(world.node(number).replica().failure());
  }
  EXPECT_TRUE(register_user(world.services(), World::caller(), World::user("ann")).result);
}

// ---- what a transaction carries ----

TEST(Transactions, CarryTheirOrigin) {
  World world;
  Caller caller = World::caller();
  caller.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  register_user(world.services(), caller, World::user("ann"));
  const auto transaction = world.transactions().at(0);
  EXPECT_EQ(transaction.realm(), "default");
  EXPECT_EQ(transaction.node(), "node-1");
  EXPECT_EQ(transaction.request_id(), "request-1");
  EXPECT_EQ(transaction.trace(), caller.trace);
  EXPECT_EQ(transaction.at_us(), world.clock.wall_us());
  EXPECT_EQ(TransactionId::from_bytes(transaction.id())->unix_ms(), world.clock.now_ms());
}

TEST(Transactions, WhatIsBornWasReadAtNever) {
  World world;
  RegisterUser command = World::user("ann");
  command.terms = kRotating;
  const Outcome outcome = register_user(world.services(), World::caller(), command);
  const auto transaction = world.transactions().at(0);
  const auto read_at = [&](const Key16& key) -> std::optional<std::uint64_t> {
    for (const auto& read : transaction.reads()) {
      if (read.key() == key.raw()) return read.position();
    }
    return std::nullopt;
  };
  const auto write_of = [&](const Key16& key) -> std::optional<std::int64_t> {
    for (const auto& write : transaction.writes()) {
      if (write.key() == key.raw()) return write.forget_after_ms();
    }
    return std::nullopt;
  };
  const Key16 user = conflict_key::user(world.vault, outcome.result->user);
  const Key16 session = conflict_key::session(world.vault, outcome.result->session);
  EXPECT_EQ(read_at(user), 0U);
  EXPECT_EQ(write_of(user), 0) << "a user is never forgotten";
  EXPECT_EQ(read_at(session), 0U);
  EXPECT_EQ(write_of(session),
            world.clock.now_ms() + (kRotating.access_lifetime_s + kRotating.refresh_lifetime_s) * 1000);
  EXPECT_EQ(transaction.reads_size(), 4) << "two logins, the user, the session";
  EXPECT_EQ(transaction.writes_size(), 4);
}

TEST(Transactions, AKeyIsNeverForgottenWhileARecordThatReadItMayArrive) {
  World world;
  const auto snapshot = world.node().rows();
  const Caller caller;
  TransactionContext context(world.services(), caller, *snapshot);
  journal::v1::Event event;
  event.mutable_user()->set_user_id(std::string(16, 'u'));
  event.mutable_user()->mutable_otp_sent()->set_lifetime_s(1);
  context.add(std::move(event));
  journal::v1::Transaction transaction;
  ASSERT_TRUE(transaction.ParseFromString(context.finish().value()));
  EXPECT_GE(transaction.writes(0).forget_after_ms(), context.now_ms() + 10 * 60 * 1000);
}

TEST(ConflictKeys, OfDifferentThingsDiffer) {
  World world;
  const std::string same(16, 'x');
  const std::set<Key16> keys{conflict_key::user(world.vault, *UserId::from_bytes(same)),
                             conflict_key::session(world.vault, *SessionId::from_bytes(same)),
                             conflict_key::login(world.vault, *Key16::from_bytes(same)),
                             conflict_key::api_token(world.vault, *Key16::from_bytes(same))};
  EXPECT_EQ(keys.size(), 4U);
}

}  // namespace
}  // namespace ledgate::testing
