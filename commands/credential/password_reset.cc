#include "commands/credential/password_reset.h"

#include "commands/core/executor.h"
#include "commands/core/login_name.h"
#include "commands/core/subject_keys.h"
#include "commands/credential/new_password.h"
#include "commands/credential/one_time_text.h"
#include "commands/delivery/mailbox.h"
#include "commands/service/service_events.h"
#include "projections/models/accounts.h"
#include "projections/models/one_time.h"

namespace ledgate {
namespace {

constexpr auto kPurpose = OneTimePurpose::kPasswordReset;
constexpr int kOvertakenMax = 3;

// What the caller's Idempotency-Key is for, where a part of it is not in the body.
Caller with_key_for(const Caller& caller, std::string_view part) {
  Caller bound = caller;
  if (bound.idempotency) bound.idempotency->request_body.append(part);
  return bound;
}

// Hashing takes long, so it is done before the transaction, and only for a token that is good as far as this node sees.
class Resetting {
 public:
  Resetting(const Services& services, const Caller& caller, const ResetPassword& command)
      : services_(services), caller_(caller), command_(command), token_(parse_reset_token(command.token)) {
    if (token_) token_hash_ = reset_token_hash(services.hashes, *token_);
  }

  Outcome run() {
    for (int i = 0; i < kOvertakenMax; ++i) {
      if (auto early = prepare()) return std::move(*early);
      overtaken_ = false;
      Outcome outcome = execute(services_, caller_, [this](TransactionContext& context) { return decide(context); });
      if (!overtaken_) return outcome;
    }
    return {.result = fail(Error{.code = ErrorCode::kContended, .retry_after = std::chrono::seconds(1)})};
  }

 private:
  std::optional<Outcome> prepare() {
    {
      const auto snapshot = services_.store.snapshot();
      if (auto recorded = recorded_outcome(services_, caller_, *snapshot)) return recorded;
      if (!token_) return std::nullopt;
      const auto account = find_account(*snapshot, token_->user);
      const auto newest = find_one_time(*snapshot, token_->user, kPurpose);
      const auto open = [&](const auto& sealed) { return services_.subject_keys.open(*snapshot, sealed); };
      if (!judge(open, account, newest, services_.now_ms()).answer) return std::nullopt;
    }
    auto hash = services_.hasher.hash(command_.password);
    if (!hash) return Outcome{.result = fail(std::move(hash).error())};
    password_hash_ = std::move(*hash);
    return std::nullopt;
  }

  Decision<UserId> judge(const OpenField& open, const std::optional<state::v1::Account>& account,
                         const std::optional<state::v1::OneTime>& newest, std::int64_t at_ms) const {
    const bool matches = newest && equal_in_constant_time(newest->secret_hash(), token_hash_);
    std::optional<std::string> violation;
    if (account && matches) violation = new_password_violation(services_, command_.password, open, *account);
    return decide_reset(account, newest,
                        {.matches = matches,
                         .password_violation = std::move(violation),
                         .password_hash = password_hash_.reveal(),
                         .now_ms = at_ms,
                         .dialect = caller_.dialect});
  }

  Result<Granted> decide(TransactionContext& context) {
    const auto account = token_ ? context.account(token_->user) : std::nullopt;
    const auto newest = account ? context.one_time(token_->user, kPurpose) : std::nullopt;
    const auto open = [&](const auto& sealed) { return context.open(sealed); };
    auto decision = judge(open, account, newest, context.now_ms());
    if (decision.answer && password_hash_.reveal().empty()) {
      overtaken_ = true;  // good now, and it was not when we looked ahead
      return fail(ErrorCode::kContended);
    }
    if (account) context.about(token_->user);
    context.add(std::move(decision.events));
    if (!decision.answer) return fail(std::move(decision.answer).error());
    context.acted_by(token_->user, SessionId());
    return Granted{.user = token_->user};
  }

  const Services& services_;
  const Caller& caller_;
  const ResetPassword& command_;
  const std::optional<ResetToken> token_;
  std::string token_hash_;
  Secret<> password_hash_;
  bool overtaken_ = false;
};

}  // namespace

Outcome request_password_reset(const Services& services, const Caller& caller, const RequestPasswordReset& command) {
  const Key16 index = login_index(services, command.login);
  const Caller bound = with_key_for(caller, index.raw());
  return execute(services, bound, [&](TransactionContext& context) -> Result<Granted> {
    const auto user = context.user_with_login(index);
    const auto account = user ? context.account(*user) : std::nullopt;
    const auto reset = uuid_v7<OneTimeId>(context.now_ms(), services.entropy.bytes<10>());
    const ResetToken token = random_reset_token(services.entropy, user.value_or(UserId()));
    const auto mailbox = account ? mailbox_of(services, context, *account) : std::nullopt;
    auto decision = decide_reset_request(account, {.reset = reset,
                                                   .login_index = std::string(index.raw()),
                                                   .token_hash = reset_token_hash(services.hashes, token),
                                                   .lifetime_s = command.lifetime_s,
                                                   .has_mailbox = mailbox.has_value(),
                                                   .dialect = caller.dialect});
    if (account) context.about(*user);
    context.add(std::move(decision.events));
    if (!*decision.answer) return Granted{};
    context.one_time(*user, kPurpose);  // it is superseded
    ask_for_mail(services, context,
                 {.user = *user,
                  .kind = journal::v1::MAIL_PASSWORD_RESET,
                  .address = *mailbox,
                  .secret = to_text(token),
                  .one_time = reset,
                  .lifetime_s = command.lifetime_s},
                 caller.dialect);
    return Granted{};
  });
}

Outcome reset_password(const Services& services, const Caller& caller, const ResetPassword& command) {
  Caller bound = with_key_for(caller, command.token);
  if (auto status = bind_password(services, bound, command.password); !status)
    return {.result = fail(std::move(status).error())};
  journal::v1::Event refused;
  auto& fact = *refused.mutable_user()->mutable_password_reset_refused();
  fact.set_reason(journal::v1::REFUSAL_IDEMPOTENCY_MISMATCH);
  fact.set_dialect(caller.dialect);
  return record_mismatch(services, bound, Resetting(services, bound, command).run(), std::move(refused));
}

}  // namespace ledgate
