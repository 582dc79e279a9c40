#include "commands/session/sessions.h"

#include "commands/core/executor.h"
#include "commands/core/login_name.h"
#include "commands/core/subject_keys.h"
#include "commands/service/service_events.h"
#include "domain/session/decide.h"
#include "projections/models/accounts.h"

namespace ledgate {
namespace {

constexpr std::int64_t kMsPerSecond = 1000;
constexpr int kPasswordChecksMax = 3;

// What the stored hash said about a password, and which hash that was.
struct CheckedPassword {
  std::optional<UserId> user;
  std::uint64_t password_position = 0;
  bool matches = false;
  std::optional<std::string> renewed_hash;
};

class LoggingIn {
 public:
  LoggingIn(const Services& services, const Caller& caller, const LogIn& command)
      : services_(services), caller_(caller), command_(command), index_(login_index(services, command.login)) {}

  Outcome run() {
    for (int i = 0; i < kPasswordChecksMax; ++i) {
      if (auto early = check_password()) return refused_mismatch(std::move(*early));
      overtaken_ = false;
      Outcome outcome = execute(
          services_, caller_, [this](TransactionContext& context) { return decide(context); },
          Replay::kWhileTokensAreCurrent);
      if (!overtaken_) return refused_mismatch(std::move(outcome));
    }
    return {.result = fail(Error{.code = ErrorCode::kContended, .retry_after = std::chrono::seconds(1)})};
  }

 private:
  Outcome refused_mismatch(Outcome outcome) const {
    journal::v1::Event event;
    auto& failed = *event.mutable_user()->mutable_login_failed();
    failed.set_reason(journal::v1::REFUSAL_IDEMPOTENCY_MISMATCH);
    failed.set_dialect(caller_.dialect);
    failed.set_login_index(std::string(index_.raw()));
    failed.set_method(command_.method);
    return record_mismatch(services_, caller_, std::move(outcome), std::move(event));
  }

  // Hashing takes long, so it is done before the transaction, on a snapshot of its own.
  std::optional<Outcome> check_password() {
    checked_ = {};
    Secret<> stored;
    {
      const auto snapshot = services_.store.snapshot();
      if (auto recorded = recorded_outcome(services_, caller_, *snapshot, Replay::kWhileTokensAreCurrent))
        return recorded;
      checked_.user = find_login(*snapshot, index_);
      const auto account = checked_.user ? find_account(*snapshot, *checked_.user) : std::nullopt;
      if (account && account->has_password_hash()) {
        checked_.password_position = account->password_position();
        auto opened = services_.subject_keys.open(*snapshot, account->password_hash());
        // A hash that cannot be opened is our trouble, not a wrong password.
        if (!opened) return Outcome{.result = fail(ErrorCode::kInternal)};
        stored = Secret<>(std::move(*opened));
      }
    }
    const auto check = services_.hasher.verify(command_.password, stored);
    if (!check) return Outcome{.result = fail(check.error())};
    checked_.matches = check->matches;
    if (!check->needs_rehash) return std::nullopt;
    auto renewed = services_.hasher.hash(command_.password);
    if (renewed) checked_.renewed_hash = renewed->reveal();
    return std::nullopt;
  }

  Result<Granted> decide(TransactionContext& context) {
    const auto user = context.user_with_login(index_);
    auto account = user ? context.account(*user) : std::nullopt;
    if (user != checked_.user || (account && account->password_position() != checked_.password_position)) {
      overtaken_ = true;  // the password changed while we were hashing
      return fail(ErrorCode::kContended);
    }
    LoginAttempt attempt{.login_index = std::string(index_.raw()),
                         .password_matches = checked_.matches,
                         .renewed_hash = checked_.renewed_hash,
                         .dialect = caller_.dialect,
                         .method = command_.method};
    if (command_.terms) {
      attempt.birth = {.session = uuid_v7<SessionId>(context.now_ms(), services_.entropy.bytes<10>()),
                       .access_lifetime_s = command_.terms->access_lifetime_s,
                       .refresh_lifetime_s = command_.terms->refresh_lifetime_s,
                       .rotating = command_.terms->rotating};
    }
    auto decision = decide_login(account, attempt);
    context.add(std::move(decision.events));
    if (user) context.about(*user);
    if (!decision.answer) return fail(std::move(decision.answer).error());
    if (command_.known_network) context.count(*command_.known_network);
    context.acted_by(*user, attempt.birth.session);
    return Granted{.user = *user, .session = attempt.birth.session, .rows = {.account = std::move(account)}};
  }

  const Services& services_;
  const Caller& caller_;
  const LogIn& command_;
  const Key16 index_;
  CheckedPassword checked_;
  bool overtaken_ = false;
};

// What a refresh token leads to, by `decide`.
template <class Decide>
Result<Granted> present_refresh(const Services& services, const Caller& caller, const RefreshSession& command,
                                TransactionContext& context, const Decide& decide) {
  RefreshAttempt attempt{.presented_by = command.presented_by,
                         .by_access_token = command.by_access_token,
                         .dialect = caller.dialect,
                         .now_ms = context.now_ms(),
                         .grace_ms = services.refresh_grace.count()};
  std::optional<state::v1::Session> session;
  std::optional<state::v1::Account> account;
  UserId user;
  if (command.token) {
    attempt.session = command.token->session;
    attempt.generation = command.token->generation;
    attempt.expires_ms = command.token->expires_s * kMsPerSecond;
    session = context.session(command.token->session);
  }
  if (session) {
    user = UserId::from_bytes(session->user_id()).value_or(UserId());
    account = context.account(user);
    context.about(user);
    context.acted_by(user, command.token->session);
  }
  auto decision = decide(session, account, attempt);
  context.add(std::move(decision.events));
  if (!decision.answer) return fail(std::move(decision.answer).error());
  return Granted{.user = user,
                 .session = command.token->session,
                 .generation = *decision.answer,
                 .rows = {.account = std::move(account), .session = std::move(session)}};
}

}  // namespace

SessionId begin_session(const Services& services, TransactionContext& context, const UserId& user,
                        const SessionTerms& terms, journal::v1::Dialect dialect, bool at_registration) {
  const SessionBirth birth{.session = uuid_v7<SessionId>(context.now_ms(), services.entropy.bytes<10>()),
                           .access_lifetime_s = terms.access_lifetime_s,
                           .refresh_lifetime_s = terms.refresh_lifetime_s,
                           .rotating = terms.rotating,
                           .at_registration = at_registration};
  context.add(logged_in(user, birth, dialect, journal::v1::LOGIN_PASSWORD));
  context.acted_by(user, birth.session);
  return birth.session;
}

Outcome log_in(const Services& services, const Caller& caller, const LogIn& command) {
  Caller bound = caller;
  if (auto status = bind_password(services, bound, command.password); !status)
    return {.result = fail(std::move(status).error())};
  return LoggingIn(services, bound, command).run();
}

Outcome refresh_session(const Services& services, const Caller& caller, const RefreshSession& command) {
  return execute(
      services, caller,
      [&](TransactionContext& context) { return present_refresh(services, caller, command, context, decide_refresh); },
      Replay::kWhileTokensAreCurrent);
}

Outcome give_back_refresh(const Services& services, const Caller& caller, const std::optional<RefreshClaims>& token) {
  const RefreshSession command{.token = token, .presented_by = {}};
  return execute(services, caller, [&](TransactionContext& context) {
    return present_refresh(services, caller, command, context, decide_give_back);
  });
}

Outcome end_session(const Services& services, const Caller& caller, const SessionId& session_id, SessionEnd how) {
  return execute(services, caller, [&](TransactionContext& context) -> Result<Granted> {
    const auto session = context.session(session_id);
    auto decision = decide_session_end(session, how, caller.dialect);
    if (!decision.events.empty()) context.about(UserId::from_bytes(session->user_id()).value_or(UserId()));
    context.add(std::move(decision.events));
    return Granted{.user = session ? UserId::from_bytes(session->user_id()).value_or(UserId()) : UserId(),
                   .session = session_id};
  });
}

Outcome enter_as_guest(const Services& services, const Caller& caller, bool admitted, const SessionTerms& terms) {
  const auto attempt = [&](TransactionContext& context) -> Result<Granted> {
    const GuestEntry entry{.admitted = admitted,
                           .guest = uuid_v7<UserId>(context.now_ms(), services.entropy.bytes<10>()),
                           .session = uuid_v7<SessionId>(context.now_ms(), services.entropy.bytes<10>()),
                           .access_lifetime_s = terms.access_lifetime_s,
                           .dialect = caller.dialect};
    auto decision = decide_guest_entry(entry);
    context.add(std::move(decision.events));
    if (!decision.answer) return fail(std::move(decision.answer).error());
    context.acted_by(entry.guest, entry.session);
    return Granted{.user = entry.guest, .session = entry.session};
  };
  return execute(services, caller, attempt, Replay::kWhileTokensAreCurrent);
}

}  // namespace ledgate
