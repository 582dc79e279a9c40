#include "tests/simulation/world/model.h"

#include "domain/session/session_state.h"
#include "projections/log/record.h"
#include "projections/models/accounts.h"
#include "projections/models/directory.h"
#include "projections/models/one_time.h"
#include "projections/models/sessions.h"
#include "projections/replica/registry.h"

#include <algorithm>

namespace ledgate::simulation {
namespace {

using journal::v1::SessionEvent;
using journal::v1::Transaction;

constexpr std::int64_t kTwoMinutesMs = 120'000;
constexpr std::int64_t kAboutToExpireMs = 90'000;

std::int64_t id_ms(const std::string& id) {
  std::int64_t ms = 0;
  for (int i = 0; i < 6; ++i) ms = ms * 256 + static_cast<unsigned char>(id.at(static_cast<std::size_t>(i)));
  return ms;
}

}  // namespace

void Model::require(bool holds, std::string_view what, std::string_view detail) const {
  if (!holds && judging_) throw Violation(std::string(what).append(detail.empty() ? "" : ": ").append(detail));
}

Model::Model(const SimulatedVault& vault, Variant variant, bool judging)
    : vault_(vault),
      judging_(judging),
      rows_(table_specs()),
      variant_rows_(wrap(variant, rows_)),
      applier_(variant_rows_ ? *variant_rows_ : static_cast<KvStore&>(rows_), vault) {}

// ---- the log ----

void Model::on_record(const JournalRecord& record, const JournalRecord& as_seen) {
  if (!judging_) return;
  log_time_ms_ = std::max(log_time_ms_, record.appended.ms);
  const auto opened = open_record(record.bytes, vault_);
  require(opened.has_value(), "a record that nobody can open");
  Transaction transaction;
  std::optional<Verdict> verdict;
  if (opened->kind == RecordKind::kGenesis) {
    if (value(record.position) > 0) ++extra_geneses_;
  } else {
    require(transaction.ParseFromString(std::string(opened->payload)), "a transaction that cannot be read");
    verdict = judge(transaction, record.appended.ms);
    if (!verdict) ++duplicates_;
    if (verdict == Verdict::kStale) ++stale_;
    if (verdict == Verdict::kConflict) ++conflicts_;
    if (verdict == Verdict::kAccepted) accept(transaction, value(record.position));
  }
  referee(as_seen);
  if (verdict != Verdict::kAccepted) return;
  compare_rows(transaction);
  keep_rows(transaction, value(record.position));
}

std::optional<Verdict> Model::judge(const Transaction& transaction, std::int64_t appended_ms) {
  const std::int64_t at_ms = transaction.at_us() / 1000;
  if (id_ms(transaction.id()) != at_ms || appended_ms - at_ms > kTwoMinutesMs) return Verdict::kStale;
  if (!ids_.insert(transaction.id()).second) return std::nullopt;
  for (const auto& read : transaction.reads()) {
    const auto written = keys_.find(read.key());
    if ((written == keys_.end() ? 0 : written->second.position) != read.position()) return Verdict::kConflict;
  }
  return Verdict::kAccepted;
}

void Model::accept(const Transaction& transaction, std::uint64_t position) {
  ++accepted_;
  for (const auto& write : transaction.writes()) {
    Written& key = keys_[write.key()];
    if (write.forget_after_ms() > 0 && key.forget_ms == 0) key.due_ms = write.forget_after_ms();
    key.position = position;
    key.forget_ms = write.forget_after_ms();
  }
  once(transaction, position);
  const Intent* intent = intent_of(transaction);
  for (const auto& event : transaction.events()) {
    if (event.has_user()) apply(event.user(), intent, position);
    if (event.has_session()) apply(event.session(), intent, position);
    if (event.service().has_clock_ticked()) tick();
  }
  log_.emplace(position, transaction);
}

void Model::once(const Transaction& transaction, std::uint64_t position) {
  if (!transaction.request_id().empty()) {
    require(!never_.contains(transaction.request_id()), "what was said never to happen happened",
            transaction.request_id());
    require(done_.emplace(transaction.request_id(), position).second, "a request was carried out twice",
            transaction.request_id());
  }
  if (transaction.has_idempotency()) {
    const auto [keyed, first] = keyed_.emplace(transaction.idempotency().key(), position);
    require(first || may_repeat(log_.at(keyed->second)), "two transactions under one idempotency key",
            transaction.request_id());
    keyed->second = position;
  }
}

// A log-in is decided anew when the session that it had led to is over: nobody has its tokens.
bool Model::may_repeat(const Transaction& earlier) const {
  const auto session = sessions_.find(earlier.idempotency().session_id());
  return session != sessions_.end() && session->second.ended != 0;
}

const Intent* Model::intent_of(const Transaction& transaction) const {
  const auto found = intents_.find(transaction.request_id());
  return found == intents_.end() ? nullptr : &found->second;
}

void Model::apply(const SessionEvent& event, const Intent* intent, std::uint64_t position) {
  if (event.has_refresh_refused()) return refuse_refresh(event);
  if (event.has_logged_in()) {
    const auto& fact = event.logged_in();
    require(intent != nullptr && users_.contains(event.user_id()), "a session of nobody");
    require(
        users_.at(event.user_id()).password == intent->password && owner_of(index_of(intent->name)) == event.user_id(),
        "a session without the right password", intent->name);
    const User& user = users_.at(event.user_id());
    require(user.active && user.erased == 0, "a session of a user who is deactivated or erased", intent->name);
    Session session{.user = event.user_id(), .born = position};
    session.lifetime_ms = (fact.access_lifetime_s() + fact.refresh_lifetime_s()) * 1000;
    session.expires_ms = session.expired_first_ms = log_time_ms_ + session.lifetime_ms;
    session.refresh_lifetime_s = fact.refresh_lifetime_s();
    session.issued_ms.push_back(log_time_ms_);
    require(sessions_.emplace(event.session_id(), session).second, "a session was born twice");
    return;
  }
  const auto found = sessions_.find(event.session_id());
  require(found != sessions_.end(), "something happened to no session");
  Session& session = found->second;
  // Logging out is no mistake when all sessions were ended, and changes nothing.
  if (event.has_logged_out() && session.ended != 0) return;
  require(session.ended == 0, "something happened to a session that had ended", intent ? intent->request_id : "");
  if (event.has_refreshed()) return refresh(session, event);
  if (event.has_reuse_detected())
    require(event.reuse_detected().presented_generation() < session.generation, "a good refresh token ended a session");
  session.ended = position;
}

void Model::refresh(Session& session, const SessionEvent& event) {
  const auto& fact = event.refreshed();
  if (fact.repeated_within_grace())
    return require(fact.generation() + 1 == session.generation, "grace for another than the previous token");
  require(fact.generation() == session.generation, "a refresh token was used twice");
  if (!fact.rotated()) return;
  ++session.generation;
  session.issued_ms.push_back(log_time_ms_);
  session.expires_ms = log_time_ms_ + session.lifetime_ms;
}

void Model::refuse_refresh(const SessionEvent& event) const {
  const auto found = sessions_.find(event.session_id());
  switch (event.refresh_refused().reason()) {
    case journal::v1::REFUSAL_SESSION_ENDED:
      return require(found != sessions_.end() && found->second.ended != 0, "a living session was called ended");
    case journal::v1::REFUSAL_TOKEN_INVALID:  // only what was purged is unknown
      return require(event.session_id().empty(), "a good refresh token was called invalid");
    case journal::v1::REFUSAL_TOKEN_EXPIRED:
      return;
    case journal::v1::REFUSAL_INACTIVE:
      return require(found != sessions_.end() &&
                         (!users_.at(found->second.user).active || users_.at(found->second.user).erased != 0),
                     "an active user was called deactivated");
    default:
      require(false, "a refresh refused for no good reason");
  }
}

// What the log has no more use for: keys, and the rows of sessions.
void Model::tick() {
  for (auto entry = keys_.begin(); entry != keys_.end();) {
    Written& key = entry->second;
    const bool due = key.due_ms != 0 && key.due_ms <= log_time_ms_;
    if (due) key.due_ms = key.forget_ms > log_time_ms_ ? key.forget_ms : 0;
    const bool forgotten = due && key.due_ms == 0 && key.forget_ms > 0;
    entry = forgotten ? keys_.erase(entry) : std::next(entry);
  }
}

void Model::referee(const JournalRecord& record) {
  const auto applied = applier_.apply(record);
  require(applied.has_value(), "a record stops the replicas", applied ? "" : applied.error().message);
  require(applier_.commit().has_value(), "rows cannot be written");
  const auto state = read_replica_state(rows_.latest());
  require(state.conflicts() == conflicts_ && state.duplicates() == duplicates_ && state.stale() == stale_ &&
              state.refused() == 0 && state.extra_geneses() == extra_geneses_ && state.log_time_ms() == log_time_ms_,
          "replicas judge otherwise");
  states_.push_back(state.SerializeAsString());
}

void Model::compare_rows(const Transaction& transaction) const {
  for (const auto& event : transaction.events()) {
    if (event.user().has_registered()) {
      const auto index = Key16::from_bytes(event.user().registered().username_index());
      const auto user = index ? find_login(rows_.latest(), *index) : std::nullopt;
      require(user && user->raw() == event.user().user_id(), "a registered user is not in the rows");
    }
    if (users_.contains(event.user().user_id())) {
      compare_sessions(event.user().user_id());
      compare_account(event.user().user_id());
    }
    if (event.service().has_clock_ticked()) {
      for (const auto& [id, session] : sessions_) {
        const bool there = find_session(rows_.latest(), *SessionId::from_bytes(id)).has_value();
        require(there == (session.expires_ms > log_time_ms_), "a session's row goes too early or too late");
      }
    }
    const auto session = sessions_.find(event.session().session_id());
    if (!event.has_session() || session == sessions_.end() || session->second.expires_ms <= log_time_ms_) continue;
    const auto row = find_session(rows_.latest(), *SessionId::from_bytes(session->first));
    require(row && row->generation() == session->second.generation, "a session's row is not what happened to it");
    compare_sessions(session->second.user);
  }
}

// Whatever rows it takes to tell.
void Model::compare_sessions(const std::string& user) const {
  const auto account = find_account(rows_.latest(), *UserId::from_bytes(user));
  for (const auto& [id, session] : sessions_) {
    if (session.user != user || session.expires_ms <= log_time_ms_) continue;
    const auto row = find_session(rows_.latest(), *SessionId::from_bytes(id));
    const bool alive = row && is_live(*row, account);
    require(alive == (session.ended == 0), alive ? "an ended session is alive" : "a session is over that nobody ended");
  }
}

void Model::keep_rows(const Transaction& transaction, std::uint64_t position) {
  const auto keep = [&](const std::string& id, const auto& row) {
    left_.emplace(std::pair(position, id), row ? row->SerializeAsString() : "");
  };
  for (const auto& event : transaction.events()) {
    const std::string& user_id = event.has_user() ? event.user().user_id() : event.session().user_id();
    if (const auto user = UserId::from_bytes(user_id)) keep(user_id, find_account(rows_.latest(), *user));
    const std::string& session_id = event.session().session_id();
    if (const auto session = SessionId::from_bytes(session_id))
      keep(session_id, find_session(rows_.latest(), *session));
  }
}

// An answer is made of the rows that its record left, and of no later ones.
void Model::check_rows(const Intent& intent, const Outcome& outcome) const {
  const auto is_left = [&](const auto& row) {
    if (!row) return true;
    const auto found = left_.find({value(outcome.position), row->id()});
    return found != left_.end() && found->second == row->SerializeAsString();
  };
  const DecidedRows& rows = outcome.result->rows;
  require(is_left(rows.account) && is_left(rows.session), "an answer from other rows than its record left",
          intent.request_id);
}

// Nothing is left of whoever was erased, whatever happened to him last.
void Model::compare_account(const std::string& id) const {
  const User& user = users_.at(id);
  const UserId user_id = *UserId::from_bytes(id);
  const auto row = find_account(rows_.latest(), user_id);
  const bool erased = user.erased != 0;
  require(row.has_value() != erased, erased ? "an erased account is in the rows" : "an account is not in the rows");
  require(find_directory_row(rows_.latest(), user_id).has_value() != erased, "the directory is not who is there");
  require(find_subject_key(rows_.latest(), id).has_value() != erased, "a subject key is not whose account there is");
  const bool listed = rows_.latest().get(tables::kAdministrators, id).has_value();
  require(listed == user.is_administrator(), "the list of administrators is not who they are");
  if (erased) return;
  require(row->active() == user.active && row->role() == user.role && row->email_verified() == user.verified,
          "an account's row is not what happened to it");
  const auto code = find_one_time(rows_.latest(), user_id, OneTimePurpose::kEmailVerification);
  require(!code || code->id() != user.code.id ||
              (code->used() == user.code.used && code->tries_left() == user.code.tries_left),
          "a code's row is not what happened to it");
}

void Model::on_state(const rows::v1::ReplicaState& state, const std::string& who) const {
  if (!judging_) return;
  require(state.position() < states_.size(), "rows ahead of the log", who);
  require(state.SerializeAsString() == states_[state.position()], "one position, two states",
          who + " at " + std::to_string(state.position()));
}

// ---- reads ----

std::string Model::index_of(const std::string& name) const {
  return std::string(vault_.hash16(HashPurpose::kLoginIndex, name).raw());
}

void Model::on_name(const std::string& name, const std::optional<UserId>& user, const Standing& standing) const {
  if (!judging_) return;
  require(standing.rows >= standing.wanted, "a look-up from before the caller's position", name);
  const std::string owner = owner_of(index_of(name), value(standing.rows));
  require(user ? user->raw() == owner : owner.empty(), "a name is not whose it is", name);
}

std::optional<bool> Model::is_alive(const SessionId& id, Position position) const {
  if (!judging_) return std::nullopt;
  const auto found = sessions_.find(std::string(id.raw()));
  if (found == sessions_.end()) return false;
  const Session& session = found->second;
  if (log_time_ms_ + kAboutToExpireMs >= session.expired_first_ms) return std::nullopt;
  return session.born <= value(position) && (session.ended == 0 || session.ended > value(position));
}

}  // namespace ledgate::simulation
