#include "tests/unit/projections/support.h"

#include "tests/unit/crypto/support.h"

namespace ledgate::testing {
namespace {

using journal::v1::Event;
using journal::v1::Transaction;

}  // namespace

const infra::KeyringVault& test_vault() {
  static const infra::KeyringVault vault(infra::sample_keyring());
  return vault;
}

const infra::KeyringVault& foreign_vault() {
  static const infra::KeyringVault vault(infra::KeyringText::fresh(1));
  return vault;
}

std::string key_of(std::string_view name) {
  std::string key(name.substr(0, 16));
  key.resize(16, '.');
  return key;
}

TableRows rows_of(const KvReader& rows, Table table) {
  TableRows found;
  rows.scan(table, {}, {}, KvReader::Order::kAscending, [&](std::string_view key, std::string_view value) {
    found.emplace(key, value);
    return true;
  });
  return found;
}

std::vector<TableRows> dump(const KvReader& rows) {
  std::vector<TableRows> all;
  for (const TableSpec& spec : table_specs()) all.push_back(rows_of(rows, spec.table));
  return all;
}

std::string difference(const std::vector<TableRows>& a, const std::vector<TableRows>& b) {
  std::string names;
  const auto specs = table_specs();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (a.at(i) != b.at(i)) names += specs[i].name + " ";
  }
  return names;
}

Node::Node(const RecordMac& mac) : mac_(mac), store_(table_specs()), applier_(std::make_unique<Applier>(store_, mac)) {}

Status Node::apply_all(std::span<const JournalRecord> records) {
  for (const JournalRecord& record : records) TRY_STATUS(applier_->apply(record));
  return commit();
}

Status Node::commit() {
  auto settled = TRY(applier_->commit());
  settlements_.insert(settlements_.end(), settled.begin(), settled.end());
  return {};
}

Log::Log(std::uint64_t seed) : random_(seed) {
  journal::v1::Genesis genesis;
  genesis.set_journal_id(key_of("journal"));
  genesis.set_format(kRecordFormat);
  genesis.set_realm("default");
  append_bytes(seal_record(RecordKind::kGenesis, genesis.SerializeAsString(), test_vault()));
}

Transaction Log::transaction() {
  std::array<std::uint8_t, 10> random{};
  for (auto& byte : random) byte = static_cast<std::uint8_t>(random_());
  Transaction transaction;
  transaction.set_id(std::string(uuid_v7<TransactionId>(now_ms_, random).raw()));
  transaction.set_realm("default");
  transaction.set_at_us(now_ms_ * 1000 + 123);
  transaction.set_request_id("request");
  transaction.set_node("node");
  return transaction;
}

void Log::read(Transaction& transaction, std::string_view key_name) {
  read_at(transaction, key_name, conflict_position(node_.rows(), key_of(key_name)));
}

void Log::read_at(Transaction& transaction, std::string_view key_name, Position position) {
  auto& read = *transaction.add_reads();
  read.set_key(key_of(key_name));
  read.set_position(value(position));
}

void Log::write(Transaction& transaction, std::string_view key_name, std::int64_t forget_after_ms) {
  auto& write = *transaction.add_writes();
  write.set_key(key_of(key_name));
  write.set_forget_after_ms(forget_after_ms);
}

std::optional<Verdict> Log::append(const Transaction& transaction) {
  return append_bytes(seal_record(RecordKind::kTransaction, transaction.SerializeAsString(), test_vault()));
}

std::optional<Verdict> Log::append_bytes(std::string bytes) {
  records_.push_back({.position = Position{records_.size()}, .appended = LogTime{now_ms_}, .bytes = std::move(bytes)});
  const std::size_t before = node_.settlements().size();
  if (!node_.apply_all({&records_.back(), 1})) throw std::runtime_error("the log's own node cannot apply its record");
  if (node_.settlements().size() == before) return std::nullopt;
  return node_.settlements().back().settled.verdict;
}

std::optional<Verdict> Log::append_event(Event event) {
  Transaction step = transaction();
  *step.add_events() = std::move(event);
  return append(step);
}

void Log::tick() {
  Event event;
  event.mutable_service()->mutable_clock_ticked();
  append_event(std::move(event));
}

journal::v1::Personal sealed(std::string_view subject) {
  journal::v1::Personal value;
  value.set_subject(key_of(subject));
  value.set_key_id(1);
  value.set_nonce("nonce-nonce-");
  value.set_ciphertext("ciphertext of " + std::string(subject));
  return value;
}

Event user_registered(std::string_view user, std::string_view login) {
  Event event;
  event.mutable_user()->set_user_id(key_of(user));
  auto& fact = *event.mutable_user()->mutable_registered();
  fact.mutable_subject_key()->set_subject(key_of(user));
  fact.mutable_subject_key()->set_key_id(1);
  fact.mutable_subject_key()->set_ciphertext("wrapped key of " + std::string(user));
  fact.set_role(journal::v1::ROLE_USER);
  fact.set_username_index(key_of(login));
  fact.set_email_index(key_of(std::string(login) + "@"));
  *fact.mutable_username() = sealed(user);
  *fact.mutable_email() = sealed(user);
  *fact.mutable_display_name() = sealed(user);
  *fact.mutable_password_hash() = sealed(user);
  return event;
}

Event session_begun(std::string_view user, std::string_view session, std::int64_t refresh_lifetime_s, bool rotating) {
  Event event;
  event.mutable_session()->set_user_id(key_of(user));
  event.mutable_session()->set_session_id(key_of(session));
  auto& fact = *event.mutable_session()->mutable_logged_in();
  fact.set_dialect(journal::v1::DIALECT_NDASTRO);
  fact.set_access_lifetime_s(300);
  fact.set_refresh_lifetime_s(refresh_lifetime_s);
  fact.set_rotating(rotating);
  return event;
}

Event session_rotated(std::string_view user, std::string_view session, std::uint32_t generation) {
  Event event;
  event.mutable_session()->set_user_id(key_of(user));
  event.mutable_session()->set_session_id(key_of(session));
  event.mutable_session()->mutable_refreshed()->set_generation(generation);
  event.mutable_session()->mutable_refreshed()->set_rotated(true);
  return event;
}

Event session_ended(std::string_view user, std::string_view session) {
  Event event;
  event.mutable_session()->set_user_id(key_of(user));
  event.mutable_session()->set_session_id(key_of(session));
  event.mutable_session()->mutable_logged_out();
  return event;
}

Event login_failed(std::string_view user) {
  Event event;
  if (!user.empty()) event.mutable_user()->set_user_id(key_of(user));
  event.mutable_user()->mutable_login_failed()->set_reason(user.empty() ? journal::v1::REFUSAL_UNKNOWN_USER
                                                                        : journal::v1::REFUSAL_WRONG_PASSWORD);
  event.mutable_user()->mutable_login_failed()->set_login_index(key_of("typed"));
  return event;
}

Event service_started() {
  Event event;
  event.mutable_service()->mutable_started()->set_version("1.2.3");
  return event;
}

}  // namespace ledgate::testing
