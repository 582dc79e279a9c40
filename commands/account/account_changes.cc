#include "commands/account/account_changes.h"

#include "commands/core/executor.h"
#include "commands/core/subject_keys.h"
#include "commands/credential/new_password.h"
#include "commands/service/service_events.h"
#include "domain/account/decide.h"
#include "domain/session/decide.h"
#include "domain/session/session_state.h"
#include "projections/models/accounts.h"

namespace ledgate {
namespace {

constexpr int kPasswordChecksMax = 3;

// Network data is the actor's, and sealed under the actor's key: it must outlive the erasure of somebody else.
void concerns(TransactionContext& context, const Caller& caller, const UserId& user) {
  context.about(caller.user.is_nil() ? user : caller.user);
}

// A session that has ended since its token was checked must not come back to life by being the one that is kept.
bool may_be_kept(TransactionContext& context, const SessionId& kept, const state::v1::Account& account) {
  if (kept.is_nil()) return true;
  const auto session = context.session(kept);
  return session && session->user_id() == account.id() && is_live(*session, account);
}

class ChangingPassword {
 public:
  ChangingPassword(const Services& services, const Caller& caller, const ChangePassword& command)
      : services_(services), caller_(caller), command_(command) {}

  Outcome run() {
    for (int i = 0; i < kPasswordChecksMax; ++i) {
      if (auto early = look()) return std::move(*early);
      overtaken_ = false;
      Outcome outcome = execute(services_, caller_, [this](TransactionContext& context) { return decide(context); });
      if (!overtaken_) return outcome;
    }
    return {.result = fail(Error{.code = ErrorCode::kContended, .retry_after = std::chrono::seconds(1)})};
  }

 private:
  // Hashing takes long, so both hashes are made before the transaction, on a snapshot of its own.
  std::optional<Outcome> look() {
    change_ = {.kept_session = command_.kept_session, .dialect = caller_.dialect};
    Secret<> stored;
    {
      const auto snapshot = services_.store.snapshot();
      if (auto recorded = recorded_outcome(services_, caller_, *snapshot)) return recorded;
      const auto account = find_account(*snapshot, command_.user);
      if (!account) return Outcome{.result = fail(ErrorCode::kUserNotFound)};
      password_position_ = account->password_position();
      const auto open = [&](const auto& sealed) { return services_.subject_keys.open(*snapshot, sealed); };
      change_.password_violation = new_password_violation(services_, command_.replacement, open, *account);
      if (account->has_password_hash()) {
        auto opened = services_.subject_keys.open(*snapshot, account->password_hash());
        if (!opened) return Outcome{.result = fail(ErrorCode::kInternal)};
        stored = Secret<>(std::move(*opened));
      }
    }
    const auto check = services_.hasher.verify(command_.present, stored);
    if (!check) return Outcome{.result = fail(check.error())};
    change_.present_matches = check->matches;
    if (!check->matches || change_.password_violation) return std::nullopt;
    auto hash = services_.hasher.hash(command_.replacement);
    if (!hash) return Outcome{.result = fail(std::move(hash).error())};
    change_.password_hash = hash->reveal();
    return std::nullopt;
  }

  Result<Granted> decide(TransactionContext& context) {
    const auto account = context.account(command_.user);
    if (!account) return fail(ErrorCode::kUserNotFound);
    if (account->password_position() != password_position_) {
      overtaken_ = true;  // it changed while we were hashing
      return fail(ErrorCode::kContended);
    }
    if (!may_be_kept(context, command_.kept_session, *account)) return fail(ErrorCode::kUnauthenticated);
    auto decision = decide_password_change(*account, change_);
    concerns(context, caller_, command_.user);
    context.add(std::move(decision.events));
    if (!decision.answer) return fail(std::move(decision.answer).error());
    return Granted{.user = command_.user, .session = command_.kept_session, .rows = {.account = account}};
  }

  const Services& services_;
  const Caller& caller_;
  const ChangePassword& command_;
  PasswordChange change_;
  std::uint64_t password_position_ = 0;
  bool overtaken_ = false;
};

// Reads the account, and with it whether there are other administrators where that matters.
class ChangingAccount {
 public:
  ChangingAccount(const Services& services, const Caller& caller, const UserId& user)
      : services_(services), caller_(caller), user_(user) {}

  // `promotes`: whether the account may become an administrator's by it.
  template <class Decide>
  Outcome run(bool promotes, const Decide& decide) const {
    return execute(services_, caller_, [&](TransactionContext& context) -> Result<Granted> {
      const auto account = context.account(user_);
      if (!account) return fail(ErrorCode::kUserNotFound);
      StandingChange change{.dialect = caller_.dialect};
      if (promotes || account->role() == journal::v1::ROLE_ADMIN)
        change.other_administrators = context.has_administrator_besides(user_);
      auto decision = decide(*account, change);
      if (decision.events.empty()) return Granted{.user = user_, .rows = {.account = account}};
      concerns(context, caller_, user_);
      context.add(std::move(decision.events));
      if (!decision.answer) return fail(std::move(decision.answer).error());
      return Granted{.user = user_, .rows = {.account = account}};
    });
  }

 private:
  const Services& services_;
  const Caller& caller_;
  const UserId user_;
};

}  // namespace

Outcome change_password(const Services& services, const Caller& caller, const ChangePassword& command) {
  Caller bound = caller;
  for (const Secret<>* password : {&command.present, &command.replacement}) {
    if (auto status = bind_password(services, bound, *password); !status)
      return {.result = fail(std::move(status).error())};
  }
  journal::v1::Event refused;
  refused.mutable_user()->set_user_id(std::string(command.user.raw()));
  refused.mutable_user()->mutable_password_change_refused()->set_reason(journal::v1::REFUSAL_IDEMPOTENCY_MISMATCH);
  refused.mutable_user()->mutable_password_change_refused()->set_dialect(caller.dialect);
  return record_mismatch(services, bound, ChangingPassword(services, bound, command).run(), std::move(refused));
}

Outcome change_account(const Services& services, const Caller& caller, const UserId& user,
                       const AccountDecision& decide) {
  return execute(services, caller, [&](TransactionContext& context) -> Result<Granted> {
    const auto account = context.account(user);
    if (!account) return fail(ErrorCode::kUserNotFound);
    auto decision = decide(*account);
    if (!decision.events.empty()) concerns(context, caller, user);
    context.add(std::move(decision.events));
    if (!decision.answer) return fail(std::move(decision.answer).error());
    return Granted{.user = user, .rows = {.account = account}};
  });
}

Outcome change_display_name(const Services& services, const Caller& caller, const UserId& user,
                            const std::string& display_name) {
  return change_account(services, caller, user, [&](const auto& account) {
    return decide_display_name(account, display_name, caller.dialect);
  });
}

Outcome change_role(const Services& services, const Caller& caller, const UserId& user, journal::v1::Role role) {
  const bool promotes = role == journal::v1::ROLE_ADMIN;
  return ChangingAccount(services, caller, user).run(promotes, [&](const auto& account, const StandingChange& change) {
    return decide_role(account, role, change);
  });
}

Outcome deactivate_user(const Services& services, const Caller& caller, const UserId& user) {
  return ChangingAccount(services, caller, user).run(false, decide_deactivation);
}

Outcome reactivate_user(const Services& services, const Caller& caller, const UserId& user) {
  return ChangingAccount(services, caller, user).run(false, [](const auto& account, const StandingChange&) {
    return decide_reactivation(account);
  });
}

Outcome erase_user(const Services& services, const Caller& caller, const UserId& user) {
  return ChangingAccount(services, caller, user).run(false, decide_erasure);
}

Outcome revoke_sessions(const Services& services, const Caller& caller, const UserId& user) {
  return change_account(services, caller, user,
                        [&](const auto& account) { return decide_revoke_all(account, caller.dialect); });
}

Outcome revoke_session(const Services& services, const Caller& caller, const UserId& user, const SessionId& session) {
  return execute(services, caller, [&](TransactionContext& context) -> Result<Granted> {
    const auto found = context.session(session);
    if (!found || found->user_id() != user.raw()) return fail(ErrorCode::kSessionNotFound);
    auto decision = decide_session_end(found, SessionEnd::kRevoked, caller.dialect);
    if (!decision.events.empty()) concerns(context, caller, user);
    context.add(std::move(decision.events));
    return Granted{.user = user, .session = session};
  });
}

}  // namespace ledgate
