#include "commands/core/transaction_context.h"

#include "commands/core/conflict_keys.h"
#include "commands/core/seal_drafts.h"
#include "commands/core/subject_keys.h"
#include "domain/value/decision.h"
#include "projections/log/feature_use.h"
#include "projections/log/record.h"
#include "projections/log/verdict.h"
#include "projections/models/accounts.h"
#include "projections/models/api_tokens.h"
#include "projections/models/one_time.h"
#include "projections/models/outbox.h"
#include "projections/models/sessions.h"
#include "projections/models/signing_keys.h"
#include "projections/replica/applier.h"
#include "projections/replica/peers.h"
#include "projections/rows/big_endian.h"

#include <algorithm>

namespace ledgate {
namespace {

constexpr std::int64_t kUsPerMs = 1000;
// What waits for other nodes to be upgraded.
constexpr std::chrono::seconds kUpgradePatience{60};

constexpr std::int64_t kMsPerDay = 24LL * 60 * 60 * 1000;

// A key is never forgotten while a record that read it may still arrive.
constexpr std::int64_t kForgetSoonestMs = 15LL * 60 * 1000;

// More API tokens than a user can have at a time: a new one is made when the last has three days left.
constexpr std::size_t kApiTokensLookedAt = 1000;

}  // namespace

TransactionContext::TransactionContext(const Services& services, const Caller& caller, const KvReader& snapshot)
    : services_(services),
      caller_(caller),
      snapshot_(snapshot),
      now_us_(services.now_us()),
      id_(uuid_v7<TransactionId>(now_us_ / kUsPerMs, services.entropy.bytes<10>())) {
  transaction_.set_id(std::string(id_.raw()));
  transaction_.set_realm("default");
  transaction_.set_at_us(now_us_);
  transaction_.set_request_id(caller.request_id);
  transaction_.set_trace(caller.trace);
  transaction_.set_node(services.node);
  transaction_.mutable_actor()->set_kind(caller.kind);
  if (!caller.user.is_nil()) transaction_.mutable_actor()->set_user_id(std::string(caller.user.raw()));
  if (!caller.session.is_nil()) transaction_.mutable_actor()->set_session_id(std::string(caller.session.raw()));
  for (const auto& counted : caller.rate_counts) *transaction_.add_rate_counts() = counted;
}

Position TransactionContext::read(const Key16& key) {
  const Position position = conflict_position(snapshot_, key.raw());
  auto& read = *transaction_.add_reads();
  read.set_key(std::string(key.raw()));
  read.set_position(value(position));
  return position;
}

std::optional<state::v1::Account> TransactionContext::account(const UserId& id) {
  read(conflict_key::user(services_.hashes, id));
  return find_account(snapshot_, id);
}

std::optional<UserId> TransactionContext::user_with_login(const Key16& login_index) {
  read(conflict_key::login(services_.hashes, login_index));
  return find_login(snapshot_, login_index);
}

bool TransactionContext::has_administrator_besides(const UserId& id) {
  read(conflict_key::administrators(services_.hashes));
  return ledgate::has_administrator_besides(snapshot_, id);
}

bool TransactionContext::is_bootstrapped() { return value(read(conflict_key::bootstrap(services_.hashes))) != 0; }

std::optional<state::v1::Session> TransactionContext::session(const SessionId& id) {
  read(conflict_key::session(services_.hashes, id));
  session_ = find_session(snapshot_, id);
  return session_;
}

std::optional<state::v1::OneTime> TransactionContext::one_time(const UserId& user, OneTimePurpose purpose) {
  read(conflict_key::one_time(services_.hashes, user, purpose));
  return find_one_time(snapshot_, user, purpose);
}

std::optional<state::v1::ApiToken> TransactionContext::api_token(const Key16& index) {
  read(conflict_key::api_token(services_.hashes, index));
  return find_api_token(snapshot_, index);
}

std::optional<state::v1::ApiToken> TransactionContext::newest_api_token(const UserId& user) {
  read(conflict_key::api_tokens(services_.hashes, user));
  auto tokens = api_tokens_of(snapshot_, user, kApiTokensLookedAt);
  return tokens.empty() ? std::nullopt : std::optional(std::move(tokens.front()));
}

std::optional<state::v1::Mail> TransactionContext::mail(const MailId& id) {
  read(conflict_key::mail(services_.hashes, id));
  return find_mail(snapshot_, id);
}

std::uint32_t TransactionContext::level_known_to_all() {
  read(conflict_key::feature_level(services_.hashes));
  return ledgate::level_known_to_all(read_replica_state(snapshot_));
}

std::uint32_t TransactionContext::feature_level() const { return read_replica_state(snapshot_).feature_level(); }

std::vector<rows::v1::SigningKeyRow> TransactionContext::signing_keys() {
  read(conflict_key::signing_keys(services_.hashes));
  return list_signing_keys(snapshot_);
}

Position TransactionContext::latest_tick() { return read(conflict_key::clock(services_.hashes)); }

std::optional<std::string> TransactionContext::open(const state::v1::SealedField& sealed) const {
  return services_.subject_keys.open(snapshot_, sealed);
}

std::vector<Key16> TransactionContext::due_api_tokens(LogTime log_time, std::size_t limit) const {
  return ledgate::due_api_tokens(snapshot_, log_time, limit);
}

void TransactionContext::read_as_unborn(const Key16& key) {
  const auto is_key = [&](const auto& read) { return read.key() == key.raw(); };
  if (std::ranges::any_of(transaction_.reads(), is_key)) return;
  auto& read = *transaction_.add_reads();
  read.set_key(std::string(key.raw()));
  read.set_position(0);
}

void TransactionContext::write(const Key16& key, std::int64_t forget_after_ms) {
  const std::int64_t end_ms = forget_after_ms > 0 ? std::max(forget_after_ms, now_ms() + kForgetSoonestMs) : 0;
  const auto is_key = [&](const auto& write) { return write.key() == key.raw(); };
  const auto written = std::ranges::find_if(*transaction_.mutable_writes(), is_key);
  if (written == transaction_.mutable_writes()->end()) {
    auto& write = *transaction_.add_writes();
    write.set_key(std::string(key.raw()));
    write.set_forget_after_ms(end_ms);
    return;
  }
  // Several facts touch it: it is kept for as long as the last of them wants.
  const bool for_ever = end_ms == 0 || written->forget_after_ms() == 0;
  written->set_forget_after_ms(for_ever ? 0 : std::max(end_ms, written->forget_after_ms()));
}

void TransactionContext::add(journal::v1::Event event) {
  for (const DeclaredKey& declared : declared_keys(services_.hashes, snapshot_, session_, event, now_ms())) {
    if (declared.born) read_as_unborn(declared.key);
    write(declared.key, declared.forget_after_ms);
  }
  *transaction_.add_events() = std::move(event);
}

void TransactionContext::add(std::vector<journal::v1::Event> events) {
  for (auto& event : events) add(std::move(event));
}

void TransactionContext::acted_by(const UserId& user, const SessionId& session) {
  auto& actor = *transaction_.mutable_actor();
  actor.set_kind(journal::v1::ACTOR_USER);
  actor.set_user_id(std::string(user.raw()));
  if (!session.is_nil()) actor.set_session_id(std::string(session.raw()));
}

void TransactionContext::remember_outcome(journal::v1::Idempotency outcome, std::int64_t forget_after_ms) {
  const auto id = Key16::from_bytes(outcome.key()).value_or(Key16());
  const Key16 key = conflict_key::idempotency(services_.hashes, id);
  read(key);
  write(key, forget_after_ms);
  *transaction_.mutable_idempotency() = std::move(outcome);
}

void TransactionContext::introduce(const SubjectId& subject, std::uint32_t key_id, Secret<> key) {
  introduced_.insert_or_assign(subject, SubjectKey{.id = key_id, .key = std::move(key)});
}

Result<TransactionContext::SubjectKey> TransactionContext::key_of(const SubjectId& subject) {
  if (const auto found = introduced_.find(subject); found != introduced_.end()) return found->second;
  const auto wrapped = find_subject_key(snapshot_, subject.raw());
  auto key = wrapped ? services_.subject_keys.unwrap(*wrapped) : std::nullopt;
  if (!key) return fail(ErrorCode::kUserNotFound);
  return SubjectKey{.id = wrapped->key_id(), .key = std::move(*key)};
}

Status TransactionContext::seal_event(int index) {
  return seal_drafts(
      *transaction_.mutable_events(index), [&](journal::v1::Personal& personal, const std::string& path) -> Status {
        const auto subject = SubjectId::from_bytes(personal.subject());
        if (!subject) return fail(ErrorCode::kInternal);
        const SubjectKey key = TRY(key_of(*subject));
        const std::string associated = personal_associated_data(id_.raw(), static_cast<std::uint32_t>(index), path);
        const Secret<> plain(std::move(*personal.mutable_ciphertext()));
        personal = services_.vault.seal(key.key, *subject, key.id, plain.reveal(), associated);
        return {};
      });
}

// The day's subject is born with the first record that needs it.
SubjectId TransactionContext::visitor_subject() {
  const std::int64_t day = now_ms() / kMsPerDay;
  if (const auto known = find_visitor_subject(snapshot_, day)) return *known;
  const auto subject = uuid_v7<SubjectId>(now_ms(), services_.entropy.bytes<10>());
  journal::v1::Event event;
  auto& fact = *event.mutable_service()->mutable_visitor_key_created();
  fact.set_day(day);
  *fact.mutable_subject_key() = services_.vault.new_subject_key(subject);
  if (auto key = services_.vault.unwrap(fact.subject_key()))
    introduce(subject, fact.subject_key().key_id(), std::move(*key));
  add(std::move(event));
  return subject;
}

Status TransactionContext::seal_client() {
  if (caller_.address.empty()) return {};
  // Guests and those who were erased meanwhile have no key of their own.
  std::optional<SubjectId> known = SubjectId::from_bytes(about_.raw());
  if (about_.is_nil() || !key_of(*known)) known.reset();
  const SubjectId subject = known ? *known : visitor_subject();
  const SubjectKey key = TRY(key_of(subject));
  journal::v1::ClientData client;
  client.set_address(caller_.address);
  client.set_user_agent(caller_.user_agent);
  *transaction_.mutable_client() =
      services_.vault.seal(key.key, subject, key.id, client.SerializeAsString(),
                           personal_associated_data(id_.raw(), kClientEventIndex, kClientPath));
  return {};
}

// A node of an older program would stop at such a record. The one that raises the level may use what it raises it to.
Status TransactionContext::check_level(std::string_view payload) const {
  const std::uint32_t used = transaction_features().use_in(payload).level;
  if (used == 0 || used <= std::max(feature_level(), raised_level(transaction_))) return {};
  return fail(Error{.code = ErrorCode::kFeatureNotActive, .retry_after = kUpgradePatience});
}

Result<std::string> TransactionContext::finish() {
  transaction_.set_journal(journal_id(snapshot_));
  TRY_STATUS(seal_client());
  for (int i = 0; i < transaction_.events_size(); ++i) TRY_STATUS(seal_event(i));
  std::string payload = transaction_.SerializeAsString();
  TRY_STATUS(check_level(payload));
  if (payload.size() + kRecordHeadBytes > kTransactionBytesMax) return fail(ErrorCode::kRequestTooLarge);
  return payload;
}

}  // namespace ledgate
