// Whatever says something of a person stands in the journal and in the rows only sealed; passwords, tokens and what
// strangers typed not at all.
#include "commands/core/seal_drafts.h"
#include "projections/replica/registry.h"
#include "tests/unit/commands/world.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <set>

namespace ledgate::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const std::vector<std::string> kPlanted{
    "CanaryName",        "canaryname",           "canary.mail",        "CANARY.mail",         "Canary Display",
    "canary-passw0rd-1", "canary-passw0rd-2",    "198.51.100.77",      "canary-agent/9",      "canarystranger",
    "CanaryStranger",    "canary-stranger-pass", "canary-idempotency", "canary-request-body",
};

// Everything a person may do, with texts that can be searched for.
void live_a_life(World& world) {
  Caller caller = World::caller("198.51.100.77");
  caller.user_agent = "canary-agent/9";
  caller.idempotency =
      IdempotencyKey{.route = "register", .client_key = "canary-idempotency", .request_body = "canary-request-body"};
  const RegisterUser command{.username = "CanaryName",
                             .email = "CANARY.mail@example.org",
                             .password = Secret<>(std::string("canary-passw0rd-1")),
                             .display_name = "Canary Display"};
  ASSERT_TRUE(register_user(world.services(), caller, command).result);
  caller.idempotency.reset();
  register_user(world.services(), caller, command);
  ASSERT_TRUE(log_in(world.services(), caller, World::login("CanaryName", "canary-passw0rd-1")).result);
  log_in(world.services(), caller, World::login("canary.mail@example.org", "canary-passw0rd-2"));
  log_in(world.services(), caller, World::login("CanaryStranger", "canary-stranger-pass"));
  world.hasher.parameters = 2;
  const Outcome entered = log_in(world.services(), caller, World::login("canaryname", "canary-passw0rd-1"));
  ASSERT_TRUE(entered.result);
  refresh_session(world.services(), caller,
                  {.token = RefreshClaims{.session = entered.result->session, .expires_s = 1LL << 40}});
  refresh_session(world.services(), caller, {});
  log_out(world.services(), caller, entered.result->session);
  journal::v1::Event denied;
  denied.mutable_user()->mutable_access_denied()->set_route("/api/v1/users");
  caller.user = entered.result->user;
  record_fact(world.services(), caller, denied);
}

TEST(Sealing, NoPlainTextStandsInTheJournal) {
  World world;
  live_a_life(world);
  const std::string bytes = world.raw_journal();
  ASSERT_GT(world.transactions().size(), 8U);
  for (const std::string& text : kPlanted) EXPECT_EQ(bytes.find(text), std::string::npos) << text;
  EXPECT_EQ(bytes.find("$fake$"), std::string::npos) << "password hashes are sealed too";
}

TEST(Sealing, NoPlainTextStandsInTheRows) {
  World world;
  live_a_life(world);
  world.node().catch_up();
  const auto rows = world.node().rows();
  for (const TableSpec& spec : table_specs()) {
    rows->scan(spec.table, {}, {}, KvReader::Order::kAscending, [&](std::string_view key, std::string_view value) {
      for (const std::string& text : kPlanted) {
        EXPECT_EQ(key.find(text), std::string::npos) << spec.name << " " << text;
        EXPECT_EQ(value.find(text), std::string::npos) << spec.name << " " << text;
      }
      return true;
    });
  }
}

// Calls `visit` for every Personal below a message.
template <class Visit>
void each_personal(const Message& message, const Visit& visit) {
  if (message.GetDescriptor() == journal::v1::Personal::descriptor())
    return visit(static_cast<const journal::v1::Personal&>(message));
  std::vector<const FieldDescriptor*> fields;
  const auto* reflection = message.GetReflection();
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      each_personal(reflection->GetMessage(message, field), visit);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i)
      each_personal(reflection->GetRepeatedMessage(message, field, i), visit);
  }
}

TEST(Sealing, EveryPersonalHasANonceOfItsOwn) {
  World world;
  live_a_life(world);
  std::set<std::string> nonces;
  std::size_t seen = 0;
  for (const auto& transaction : world.transactions()) {
    each_personal(transaction, [&](const journal::v1::Personal& personal) {
      ++seen;
      EXPECT_EQ(personal.nonce().size(), 12U);
      EXPECT_EQ(personal.subject().size(), 16U);
      EXPECT_GE(personal.ciphertext().size(), 16U);
      EXPECT_GT(personal.key_id(), 0U);
      nonces.insert(personal.nonce());
    });
  }
  EXPECT_GT(seen, 10U);
  EXPECT_EQ(nonces.size(), seen);
}

TEST(Sealing, EqualTextsDoNotLookEqual) {
  World world;
  live_a_life(world);
  std::set<std::string> ciphertexts;
  std::size_t seen = 0;
  for (const auto& transaction : world.transactions()) {
    each_personal(transaction, [&](const journal::v1::Personal& personal) {
      ++seen;
      ciphertexts.insert(personal.ciphertext());
    });
  }
  EXPECT_EQ(ciphertexts.size(), seen);
}

// ---- found by reflection, so that a new fact with a personal field needs nobody to remember it ----

journal::v1::Personal a_draft() {
  journal::v1::Personal personal;
  personal.set_subject(std::string(16, 's'));
  personal.set_ciphertext("plain");
  return personal;
}

TEST(Drafts, AreFoundWithTheirPath) {
  journal::v1::Event event;
  auto& registered = *event.mutable_user()->mutable_registered();
  *registered.mutable_username() = a_draft();
  *registered.mutable_password_hash() = a_draft();
  *registered.mutable_email() = a_draft();
  registered.mutable_email()->set_nonce("already sealed");
  std::vector<std::string> paths;
  ASSERT_TRUE(seal_drafts(event, [&](journal::v1::Personal& personal, const std::string& path) -> Status {
    paths.push_back(path);
    personal.set_nonce("nonce");
    return {};
  }));
  EXPECT_EQ(paths, (std::vector<std::string>{"user.registered.username", "user.registered.password_hash"}));
}

TEST(Drafts, ThatCannotBeSealedStopTheTransaction) {
  journal::v1::Event event;
  *event.mutable_user()->mutable_password_rehashed()->mutable_password_hash() = a_draft();
  const Status sealed = seal_drafts(
      event, [](journal::v1::Personal&, const std::string&) -> Status { return fail(ErrorCode::kUserNotFound); });
  EXPECT_EQ(sealed.error().code, ErrorCode::kUserNotFound);
}

TEST(Drafts, OfUnknownSubjectsAreNeverAppended) {
  World world;
  const Outcome outcome = execute(world.services(), Caller{}, [](TransactionContext& context) -> Result<Granted> {
    journal::v1::Event event;
    *event.mutable_user()->mutable_password_rehashed()->mutable_password_hash() = a_draft();
    context.add(std::move(event));
    return Granted{};
  });
  EXPECT_EQ(outcome.result.error().code, ErrorCode::kUserNotFound);
  EXPECT_TRUE(world.transactions().empty());
}

// The walk does not look into lists: no fact may put personal data there.
void expect_no_list_of_personal(const Descriptor* message, bool in_list, std::set<const Descriptor*>& seen) {
  EXPECT_FALSE(in_list && message == journal::v1::Personal::descriptor()) << message->full_name();
  if (!in_list && !seen.insert(message).second) return;
  for (int i = 0; i < message->field_count(); ++i) {
    if (const Descriptor* child = message->field(i)->message_type()) {
      expect_no_list_of_personal(child, in_list || message->field(i)->is_repeated(), seen);
    }
  }
}

TEST(Drafts, CannotHideInLists) {
  std::set<const Descriptor*> seen;
  expect_no_list_of_personal(journal::v1::Event::descriptor(), false, seen);
}

// ---- keys of data subjects ----

TEST(SubjectKeys, AreUnwrappedOnceAndKeptWithinTheirCapacity) {
  World world;
  SubjectKeys keys(world.vault, 2);
  std::vector<journal::v1::WrappedKey> wrapped;
  for (char c = 'a'; c < 'e'; ++c)
    wrapped.push_back(world.vault.new_subject_key(*SubjectId::from_bytes(std::string(16, c))));
  std::vector<std::string> first;
  for (const auto& key : wrapped) first.push_back(keys.unwrap(key)->reveal());
  for (std::size_t i = 0; i < wrapped.size(); ++i) EXPECT_EQ(keys.unwrap(wrapped[i])->reveal(), first[i]);
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), wrapped.size());
}

TEST(SubjectKeys, ThatWereAlteredDoNotOpen) {
  World world;
  SubjectKeys keys(world.vault, 2);
  auto wrapped = world.vault.new_subject_key(*SubjectId::from_bytes(std::string(16, 'a')));
  wrapped.set_subject(std::string(16, 'b'));
  EXPECT_FALSE(keys.unwrap(wrapped));
}

TEST(SubjectKeys, OpenNothingOnceTheSubjectIsGoneFromTheRows) {
  World world;
  const Outcome outcome = register_user(world.services(), World::caller(), World::user("ann"));
  const auto before = world.node().rows();
  const auto transaction = world.transactions().at(0);
  const auto& personal = transaction.events(0).user().registered().username();
  SubjectKeys& keys = world.services().subject_keys;
  EXPECT_EQ(keys.open(*before, personal, transaction.id(), 0, "user.registered.username"), "ann");
  MemoryKv erased(table_specs());
  EXPECT_FALSE(keys.open(erased.latest(), personal, transaction.id(), 0, "user.registered.username"))
      << "although the key is still remembered";
  EXPECT_TRUE(outcome.result);
}

TEST(AssociatedData, IsTransactionEventAndPath) {
  EXPECT_EQ(personal_associated_data("tttttttttttttttt", 0x01020304, "a.b"),
            std::string("tttttttttttttttt\x01\x02\x03\x04"
                        "a.b"));
  EXPECT_EQ(personal_associated_data("t", kClientEventIndex, kClientPath), std::string("t\xff\xff\xff\xff"
                                                                                       "client"));
}

}  // namespace
}  // namespace ledgate::testing
