#include "tests/unit/projections/random_log.h"

#include <google/protobuf/message.h>

namespace ledgate::testing {
namespace {

using journal::v1::Event;
using journal::v1::Transaction;

constexpr std::int64_t kHourMs = 3'600'000;

}  // namespace

Log& RandomLog::write(std::size_t records) {
  while (log_.records().size() < records) step();
  return log_;
}

std::string RandomLog::some_user() { return users_.empty() ? "nobody" : users_[below(users_.size())]; }

void RandomLog::step() {
  pass_time();
  if (chance(20)) return one_time_fact();
  if (chance(10)) return change_account();
  switch (below(20)) {
    case 0:
    case 1:
    case 2:
      return register_user();
    case 3:
    case 4:
    case 5:
      return log_in();
    case 7:
    case 8:
    case 9:
    case 10:
      return refresh();
    case 6:
    case 12:
      return change_account();
    case 11:
      return small_user_fact();
    case 13:
      return small_session_fact();
    case 14:
    case 15:
      return service_fact();
    case 16:
      return rewritten();
    case 17:
      return not_ours();
    default:
      return log_.tick();
  }
}

void RandomLog::pass_time() {
  if (chance(70)) log_.advance(static_cast<std::int64_t>(below(2000)));
  if (chance(10)) log_.advance(static_cast<std::int64_t>(below(5 * 60'000)));
  if (chance(4)) log_.advance(static_cast<std::int64_t>(below(2 * kHourMs)));
  if (chance(2)) log_.advance(26 * kHourMs);
  if (chance(3)) log_.advance(-static_cast<std::int64_t>(below(30'000)));  // the journal's clock is set back
}

// What any transaction may carry besides its facts; now and then a read that does not hold.
void RandomLog::garnish(Transaction& transaction) {
  if (chance(30)) {
    auto& count = *transaction.add_rate_counts();
    count.set_bucket(key_of("bucket" + std::to_string(below(5))));
    count.set_forget_after_ms(log_.now_ms() + 360'000);
  }
  if (chance(15)) {
    const std::string key = "idem" + std::to_string(below(8));
    transaction.mutable_idempotency()->set_key(key_of(key));
    transaction.mutable_idempotency()->set_request_hash("hash");
    log_.read(transaction, key);
    Log::write(transaction, key, log_.now_ms() + 24 * kHourMs);
  }
  if (chance(40)) {
    transaction.mutable_actor()->set_kind(journal::v1::ACTOR_USER);
    transaction.mutable_actor()->set_user_id(key_of(some_user()));
  }
  if (chance(40)) *transaction.mutable_client() = sealed(some_user());
  if (chance(8)) Log::read_at(transaction, "user/" + some_user(), Position{1'000'000});
}

void RandomLog::append(Transaction transaction) {
  garnish(transaction);
  log_.append(transaction);
}

void RandomLog::register_user() {
  Transaction transaction = log_.transaction();
  const std::string user = new_name('u');
  const std::string login = chance(85) ? user : some_user();  // taken: a conflict, as the login was read as free
  Log::read_at(transaction, "login/" + login, Position{0});
  Log::read_at(transaction, "user/" + user, Position{0});
  Log::write(transaction, "login/" + login);
  Log::write(transaction, "user/" + user);
  *transaction.add_events() = user_registered(user, login);
  garnish(transaction);
  if (log_.append(transaction) == Verdict::kAccepted) users_.push_back(user);
}

void RandomLog::log_in() {
  const Session session{.user = some_user(), .name = new_name('s')};
  Transaction transaction = log_.transaction();
  log_.read(transaction, "user/" + session.user);
  Log::read_at(transaction, "session/" + session.name, Position{0});
  const auto lifetime_s = static_cast<std::int64_t>(below(4) * 3600);
  Log::write(transaction, "session/" + session.name, log_.now_ms() + (lifetime_s + 300) * 1000);
  *transaction.add_events() = session_begun(session.user, session.name, lifetime_s, chance(60));
  if (chance(20)) {
    Event& event = *transaction.add_events();
    event.mutable_user()->set_user_id(key_of(session.user));
    *event.mutable_user()->mutable_password_rehashed()->mutable_password_hash() = sealed(session.user);
    Log::write(transaction, "user/" + session.user);
  }
  garnish(transaction);
  if (log_.append(transaction) == Verdict::kAccepted) sessions_.push_back(session);
}

void RandomLog::refresh() {
  if (sessions_.empty()) return;
  Session& session = sessions_[below(sessions_.size())];
  Transaction transaction = log_.transaction();
  log_.read(transaction, "session/" + session.name);
  log_.read(transaction, "user/" + session.user);
  Event event = session_rotated(session.user, session.name, session.generation);
  const bool rotated = chance(60);
  event.mutable_session()->mutable_refreshed()->set_rotated(rotated);
  event.mutable_session()->mutable_refreshed()->set_repeated_within_grace(!rotated && chance(50));
  if (rotated) Log::write(transaction, "session/" + session.name, log_.now_ms() + 2 * kHourMs);
  *transaction.add_events() = event;
  garnish(transaction);
  if (log_.append(transaction) == Verdict::kAccepted && rotated) ++session.generation;
}

void RandomLog::small_user_fact() {
  Transaction transaction = log_.transaction();
  Event& event = *transaction.add_events();
  switch (next_user_kind_++ % 3) {
    case 0:
      event = login_failed(chance(50) ? some_user() : "");
      break;
    case 1:
      event.mutable_user()->mutable_registration_refused()->set_reason(journal::v1::REFUSAL_EMAIL_TAKEN);
      break;
    default:
      event.mutable_user()->set_user_id(key_of(some_user()));
      event.mutable_user()->mutable_access_denied()->set_required("admin");
  }
  append(std::move(transaction));
}

void RandomLog::change_account() {
  const std::string user = some_user();
  Transaction transaction = log_.transaction();
  log_.read(transaction, "user/" + user);
  Log::write(transaction, "user/" + user);
  auto& about = *transaction.add_events()->mutable_user();
  about.set_user_id(key_of(user));
  switch (next_account_kind_++ % 9) {
    case 0:
      *about.mutable_password_changed()->mutable_password_hash() = sealed(user);
      if (!sessions_.empty()) about.mutable_password_changed()->set_kept_session(key_of(sessions_.back().name));
      break;
    case 1:
      if (chance(70)) *about.mutable_display_name_changed()->mutable_display_name() = sealed(user);
      about.mutable_display_name_changed()->set_dialect(journal::v1::DIALECT_LIGHTNOVEL_CRAWLER);
      break;
    case 2:
      about.mutable_role_changed()->set_to(chance(50) ? journal::v1::ROLE_ADMIN : journal::v1::ROLE_AUDITOR);
      break;
    case 3:
      about.mutable_deactivated();
      break;
    case 4:
      about.mutable_reactivated();
      break;
    case 5:
      about.mutable_sessions_revoked();
      break;
    case 6:
      about.mutable_account_change_refused()->set_reason(journal::v1::REFUSAL_LAST_ADMINISTRATOR);
      break;
    case 7:
      about.mutable_password_change_refused()->set_reason(journal::v1::REFUSAL_WRONG_PASSWORD);
      break;
    default:
      about.mutable_erased();
  }
  append(std::move(transaction));
}

void RandomLog::small_session_fact() {
  Transaction transaction = log_.transaction();
  const Session session = sessions_.empty() ? Session{.user = "nobody"} : sessions_[below(sessions_.size())];
  log_.read(transaction, "session/" + session.name);
  Event& event = *transaction.add_events();
  event = session_ended(session.user, session.name);
  if (session.name.empty()) event.mutable_session()->clear_session_id();
  switch (next_session_kind_++ % 7) {
    case 0:
      event.mutable_session()->mutable_refresh_refused()->set_reason(journal::v1::REFUSAL_TOKEN_EXPIRED);
      break;
    case 2:
      event.mutable_session()->mutable_guest_refused()->set_reason(journal::v1::REFUSAL_GUESTS_DISABLED);
      break;
    case 3:
      event.mutable_session()->set_session_id(key_of(new_name('g')));
      event.mutable_session()->mutable_guest_entered()->set_access_lifetime_s(300);
      break;
    case 4:
      event.mutable_session()->mutable_revoked();
      Log::write(transaction, "session/" + session.name, log_.now_ms() + kHourMs);
      break;
    case 5:
      event.mutable_session()->mutable_token_revoked();
      Log::write(transaction, "session/" + session.name, log_.now_ms() + kHourMs);
      break;
    case 1:
      event.mutable_session()->mutable_reuse_detected()->set_current_generation(session.generation);
      [[fallthrough]];
    default:
      Log::write(transaction, "session/" + session.name, log_.now_ms() + kHourMs);
  }
  append(std::move(transaction));
}

void RandomLog::service_fact() {
  Transaction transaction = log_.transaction();
  auto& service = *transaction.add_events()->mutable_service();
  switch (next_service_kind_++ % 9) {
    case 0:
      service.mutable_started()->set_version("1");
      break;
    case 1:
      service.mutable_stopped();
      break;
    case 2:
      kids_.push_back(new_name('k'));
      service.mutable_signing_key_added()->set_kid(kids_.back());
      break;
    case 3:
      service.mutable_signing_key_retired()->set_kid(kids_.empty() ? "unknown" : kids_[below(kids_.size())]);
      break;
    case 4: {
      auto& fact = *service.mutable_visitor_key_created();
      fact.set_day(log_.now_ms() / (24 * kHourMs));
      fact.mutable_subject_key()->set_subject(key_of("visitors" + std::to_string(fact.day())));
      break;
    }
    case 5:
      service.mutable_attempts_throttled()->set_count(below(100) + 1);
      break;
    case 6:
      service.mutable_token_checks_failed()->set_count(below(100) + 1);
      break;
    case 7:
      service.mutable_feature_level_raised()->set_level(1);
      break;
    default:
      service.mutable_audit_read()->set_route("/api/v1/audit/events");
  }
  append(std::move(transaction));
}

// Written once more: at once (a duplicate), later (a ghost), or under a time that is not the id's.
void RandomLog::rewritten() {
  const auto& records = log_.records();
  if (chance(60)) {
    const std::size_t back = std::min<std::size_t>(records.size() - 1, below(5));
    log_.append_bytes(std::string(records[records.size() - 1 - back].bytes));
    return;
  }
  Transaction transaction = log_.transaction();
  *transaction.add_events() = login_failed(some_user());
  if (chance(50)) {
    log_.advance(121'000);
  } else {
    transaction.set_at_us(transaction.at_us() + 5'000);
  }
  log_.append(transaction);
}

// A flipped bit, another keyring, noise, nothing, a second genesis.
void RandomLog::not_ours() {
  Transaction transaction = log_.transaction();
  *transaction.add_events() = user_registered(new_name('x'), "x");
  std::string bytes = seal_record(RecordKind::kTransaction, transaction.SerializeAsString(), test_vault());
  switch (below(5)) {
    case 0:
      bytes[below(bytes.size())] ^= 1;
      break;
    case 1:
      bytes = seal_record(RecordKind::kTransaction, transaction.SerializeAsString(), foreign_vault());
      break;
    case 2:
      bytes = "noise";
      break;
    case 3:
      bytes.clear();
      break;
    default:
      bytes = log_.records().front().bytes;
  }
  log_.append_bytes(std::move(bytes));
}

}  // namespace ledgate::testing
