#include "tests/unit/commands/world.h"

#include "infra/crypto/derived_keys.h"
#include "projections/models/audit.h"
#include "projections/replica/registry.h"
#include "tests/unit/crypto/support.h"

#include <stdexcept>

namespace ledgate::testing {
namespace {

constexpr std::chrono::seconds kPatience{30};

std::string fake_hash(const KeyedHash& hashes, int parameters, const std::string& password) {
  return "$fake$" + std::to_string(parameters) + "$" +
         to_hex(hashes.hash16(HashPurpose::kBasicCredential, password).raw());
}

}  // namespace

Result<Secret<>> FakeHasher::hash(const Secret<>& password) {
  ++hashed;
  if (overloaded) return fail(Error{.code = ErrorCode::kOverloaded, .retry_after = std::chrono::seconds(1)});
  return Secret<>(fake_hash(hashes_, parameters, password.reveal()));
}

Result<PasswordCheck> FakeHasher::verify(const Secret<>& password, const Secret<>& stored) {
  ++verified;
  if (overloaded) return fail(Error{.code = ErrorCode::kOverloaded, .retry_after = std::chrono::seconds(1)});
  if (const auto hook = std::exchange(before_answer, {})) hook();
  for (int old = 1; old <= parameters; ++old) {
    if (stored.reveal() == fake_hash(hashes_, old, password.reveal()))
      return PasswordCheck{.matches = true, .needs_rehash = old != parameters};
  }
  return PasswordCheck{};
}

Result<Secret<>> FakeHasher::derive(const Secret<>& password, const Key16& salt) {
  if (overloaded) return fail(Error{.code = ErrorCode::kOverloaded, .retry_after = std::chrono::seconds(1)});
  return Secret<>(fake_hash(hashes_, 0, password.reveal() + std::string(salt.raw())));
}

void HookedJournal::append(std::string bytes, Done done) {
  if (!stepping_in_) {
    std::function<void()> hook = each_;
    if (!hooks_.empty()) {
      hook = std::move(hooks_.front());
      hooks_.pop_front();
    }
    if (hook) {
      stepping_in_ = true;
      hook();
      stepping_in_ = false;
    }
  }
  journal_.append(std::move(bytes), std::move(done));
}

TestNode::TestNode(World& world, std::string name)
    : world_(world),
      store_(table_specs()),
      subject_keys_(world.vault, 64),
      replica_(std::make_unique<Replica>(world.journal, store_, world.vault, awaiter_, Replica::Options{})),
      services_{.store = store_,
                .journal = world.hooked,
                .awaiter = awaiter_,
                .mac = world.vault,
                .vault = world.vault,
                .hashes = world.vault,
                .subject_keys = subject_keys_,
                .hasher = world.hasher,
                .folder = world.folder,
                .jose = world.jose,
                .clock = clock,
                .entropy = world.entropy,
                .node = std::move(name)} {
  if (!replica_->open() || !replica_->catch_up()) throw std::runtime_error("the node cannot follow its journal");
  replica_->start();
}

TestNode::~TestNode() { replica_->stop(); }

void TestNode::catch_up() {
  const Position last{value(world_.journal.end().value()) - 1};
  if (!awaiter_.wait_for(last, std::chrono::steady_clock::now() + kPatience))
    throw std::runtime_error("the node does not catch up");
}

World::World(std::uint64_t seed)
    : entropy(seed),
      vault(infra::sample_keyring()),
      jose(infra::sample_keyring().derive(infra::kRefreshTokenLabel)),
      hasher(vault),
      journal(clock),
      hooked(journal) {
  journal.append(genesis_record(vault, entropy, clock, "default"), [](AppendReport) {});
  journal.drain();
  add_node();
}

TestNode& World::add_node() {
  nodes_.push_back(std::make_unique<TestNode>(*this, "node-" + std::to_string(nodes_.size() + 1)));
  nodes_.back()->clock.advance(std::chrono::milliseconds(clock.now_ms() - nodes_.back()->clock.now_ms()));
  return *nodes_.back();
}

void World::advance(std::chrono::milliseconds by) {
  clock.advance(by);
  for (const auto& node : nodes_) node->clock.advance(by);
}

void World::tick() {
  if (!ledgate::tick(services())) throw std::runtime_error("no tick");
  for (const auto& node : nodes_) node->catch_up();
}

std::vector<journal::v1::Transaction> World::transactions() {
  std::vector<journal::v1::Transaction> all;
  for (const JournalRecord& record : journal.records()) {
    const auto opened = open_record(record.bytes, vault);
    if (!opened || opened->kind != RecordKind::kTransaction) continue;
    all.emplace_back().ParseFromArray(opened->payload.data(), static_cast<int>(opened->payload.size()));
  }
  return all;
}

std::vector<std::string> World::trail() {
  node().catch_up();
  std::vector<std::string> lines;
  for (const AuditEntry& entry :
       scan_audit(*node().rows(), {.limit = 10'000}, [](const auto&) { return true; }).entries) {
    const EventFacts facts = describe(entry.row.event());
    lines.push_back(std::string(facts.type) + (facts.reason.empty() ? "" : " " + facts.reason));
  }
  return lines;
}

std::string World::raw_journal() {
  std::string bytes;
  for (const JournalRecord& record : journal.records()) bytes += record.bytes;
  return bytes;
}

Caller World::caller(const std::string& address) {
  Caller caller;
  caller.dialect = journal::v1::DIALECT_NDASTRO;
  caller.address = address;
  caller.user_agent = "test-agent/1.0";
  caller.request_id = "request-1";
  return caller;
}

RegisterUser World::user(const std::string& name, const std::string& password) {
  return {
      .username = name, .email = name + "@example.org", .password = Secret<>(password), .display_name = "The " + name};
}

LogIn World::login(const std::string& name, const std::string& password) {
  return {.login = name, .password = Secret<>(password), .terms = kRotating};
}

}  // namespace ledgate::testing
