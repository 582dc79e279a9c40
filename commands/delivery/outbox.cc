#include "commands/delivery/outbox.h"

#include "commands/core/executor.h"

namespace ledgate {
namespace {

Caller the_service() {
  Caller caller;
  caller.kind = journal::v1::ACTOR_SYSTEM;
  return caller;
}

OneTimePurpose purpose_of(journal::v1::MailKind kind) {
  return kind == journal::v1::MAIL_OTP ? OneTimePurpose::kEmailVerification : OneTimePurpose::kPasswordReset;
}

std::optional<journal::v1::MailContent> open_content(const TransactionContext& context, const state::v1::Mail& mail) {
  const auto opened = context.open(mail.content());
  std::optional<journal::v1::MailContent> content(std::in_place);
  if (!opened || !content->ParseFromString(*opened)) return std::nullopt;
  return content;
}

// What the code or token is worth by now.
bool is_superseded(TransactionContext& context, const state::v1::Mail& mail) {
  const auto user = UserId::from_bytes(mail.user_id()).value_or(UserId());
  const auto newest = context.one_time(user, purpose_of(mail.kind()));
  return !newest || newest->id() != mail.one_time_id() || newest->used();
}

}  // namespace

Result<std::optional<ClaimedMail>> claim_mail(const Services& services, const MailId& id, std::int64_t lease_s) {
  std::optional<ClaimedMail> claimed;
  const Outcome outcome = execute(services, the_service(), [&](TransactionContext& context) -> Result<Granted> {
    claimed.reset();
    const auto mail = context.mail(id);
    if (!mail) return Granted{};
    const auto content = open_content(context, *mail);
    ClaimAttempt attempt{.log_time_ms = services.awaiter.log_time().ms, .lease_s = lease_s};
    if (!services.emails_enabled) attempt.refusal = MailRefusal::kDisabled;
    if (is_superseded(context, *mail)) attempt.refusal = MailRefusal::kSuperseded;
    if (!content) attempt.refusal = MailRefusal::kUnreadable;
    auto decision = decide_claim(mail, attempt);
    context.add(std::move(decision.events));
    if (*decision.answer == 0) return Granted{};
    claimed = ClaimedMail{.mail = {.id = id,
                                   .kind = mail->kind(),
                                   .dialect = mail->dialect(),
                                   .address = content->address(),
                                   .secret = Secret<>(content->secret()),
                                   .lifetime_s = mail->lifetime_s()},
                          .attempt = *decision.answer};
    return Granted{};
  });
  if (!outcome.result) return fail(outcome.result.error());
  return claimed;
}

Status conclude_mail(const Services& services, const ClaimedMail& claimed, const MailReport& report) {
  const Outcome outcome = execute(services, the_service(), [&](TransactionContext& context) -> Result<Granted> {
    const auto mail = context.mail(claimed.mail.id);
    context.add(decide_conclusion(mail, claimed.attempt, report));
    return Granted{};
  });
  if (!outcome.result) return fail(outcome.result.error());
  return {};
}

}  // namespace ledgate
