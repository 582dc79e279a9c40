#include "commands/credential/codes.h"

#include "commands/core/executor.h"
#include "commands/credential/one_time_text.h"
#include "commands/delivery/mailbox.h"

namespace ledgate {
namespace {

constexpr auto kPurpose = OneTimePurpose::kEmailVerification;

}  // namespace

Outcome send_code(const Services& services, const Caller& caller, std::int64_t lifetime_s) {
  return execute(services, caller, [&](TransactionContext& context) -> Result<Granted> {
    context.about(caller.user);
    const auto account = context.account(caller.user);
    if (!account) return fail(ErrorCode::kUnauthenticated);
    context.one_time(caller.user, kPurpose);  // it is superseded
    const auto otp = uuid_v7<OneTimeId>(context.now_ms(), services.entropy.bytes<10>());
    const Secret<> code = random_code(services.entropy);
    const auto mailbox = mailbox_of(services, context, *account);
    auto decision = decide_code(*account, {.otp = otp,
                                           .code_hash = code_hash(services.hashes, otp, code),
                                           .lifetime_s = lifetime_s,
                                           .has_mailbox = mailbox.has_value(),
                                           .dialect = caller.dialect});
    context.add(std::move(decision.events));
    if (!decision.answer) return fail(std::move(decision.answer).error());
    ask_for_mail(services, context,
                 {.user = caller.user,
                  .kind = journal::v1::MAIL_OTP,
                  .address = *mailbox,
                  .secret = code,
                  .one_time = otp,
                  .lifetime_s = lifetime_s},
                 caller.dialect);
    return Granted{.user = caller.user, .credential = Key16::from_bytes(otp.raw()).value_or(Key16())};
  });
}

Outcome verify_code(const Services& services, const Caller& caller, const VerifyCode& command) {
  return execute(services, caller, [&](TransactionContext& context) -> Result<Granted> {
    const auto account = command.user.is_nil() ? std::nullopt : context.account(command.user);
    if (account) {
      context.about(command.user);
      context.acted_by(command.user, caller.session);
    }
    const auto newest = account ? context.one_time(command.user, kPurpose) : std::nullopt;
    const std::string hash = code_hash(services.hashes, command.otp, command.code);
    auto decision = decide_code_attempt(account, newest,
                                        {.otp = command.otp,
                                         .matches = newest && equal_in_constant_time(newest->secret_hash(), hash),
                                         .now_ms = context.now_ms(),
                                         .dialect = caller.dialect});
    context.add(std::move(decision.events));
    if (!decision.answer) return fail(std::move(decision.answer).error());
    return Granted{.user = command.user};
  });
}

}  // namespace ledgate
