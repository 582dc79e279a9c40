#include "domain/delivery/outbox.h"

#include <algorithm>

namespace ledgate {
namespace {

using journal::v1::Event;
using journal::v1::MailFailure;
using journal::v1::UserEvent;

constexpr std::int64_t kMsPerSecond = 1000;
constexpr std::int64_t kLifetimeMaxS = 1000LL * 366 * 24 * 60 * 60;  // in which sums of times stay times
constexpr std::int64_t kRetryFirstS = 5;
constexpr std::int64_t kRetryMostS = 900;
constexpr std::uint32_t kDoublings = 8;

std::int64_t later(const EventOrigin& origin, std::int64_t seconds) {
  return origin.time.ms + std::clamp<std::int64_t>(seconds, 0, kLifetimeMaxS) * kMsPerSecond;
}

void queue(state::v1::Mail& mail, const UserEvent& event, const EventOrigin& origin) {
  const auto& fact = event.mail_queued();
  mail.set_id(fact.mail_id());
  mail.set_user_id(event.user_id());
  mail.set_kind(fact.kind());
  mail.set_dialect(fact.dialect());
  auto& kept = *mail.mutable_content();
  *kept.mutable_value() = fact.content();
  kept.set_transaction_id(std::string(origin.transaction_id));
  kept.set_event_index(origin.event_index);
  kept.set_path("user.mail_queued.content");
  mail.set_one_time_id(fact.one_time_id());
  mail.set_lifetime_s(fact.lifetime_s());
  mail.set_expires_ms(later(origin, fact.lifetime_s()));
  mail.set_due_ms(origin.time.ms);
}

Event about(const state::v1::Mail& mail) {
  Event event;
  event.mutable_user()->set_user_id(mail.user_id());
  return event;
}

Event failed(const state::v1::Mail& mail, MailFailure reason, bool final) {
  Event event = about(mail);
  auto& fact = *event.mutable_user()->mutable_mail_failed();
  fact.set_mail_id(mail.id());
  fact.set_attempt(mail.attempt());
  fact.set_reason(reason);
  fact.set_final(final);
  if (!final) fact.set_retry_after_s(retry_after_s(mail.attempt()));
  return event;
}

// Why a mail will never be sent; nullopt when it may be.
std::optional<MailFailure> hopeless(const state::v1::Mail& mail, const ClaimAttempt& attempt) {
  switch (attempt.refusal) {
    case MailRefusal::kDisabled:
      return journal::v1::MAIL_FAILURE_DISABLED;
    case MailRefusal::kSuperseded:
      return journal::v1::MAIL_FAILURE_SUPERSEDED;
    case MailRefusal::kUnreadable:
      return journal::v1::MAIL_FAILURE_UNREADABLE;
    case MailRefusal::kNone:
      break;
  }
  if (mail.expires_ms() <= attempt.log_time_ms) return journal::v1::MAIL_FAILURE_EXPIRED;
  return std::nullopt;
}

}  // namespace

bool is_done(const UserEvent& event) {
  return event.has_mail_sent() || (event.has_mail_failed() && event.mail_failed().final());
}

void evolve(state::v1::Mail& mail, const UserEvent& event, const EventOrigin& origin) {
  if (event.has_mail_queued()) {
    queue(mail, event, origin);
  } else if (event.has_mail_claimed()) {
    mail.set_attempt(event.mail_claimed().attempt());
    mail.set_claimed(true);
    mail.set_due_ms(later(origin, event.mail_claimed().lease_s()));
  } else if (event.has_mail_failed() && !event.mail_failed().final()) {
    mail.set_claimed(false);
    mail.set_due_ms(later(origin, event.mail_failed().retry_after_s()));
  }
}

Event mail_asked_for(const MailRequest& request) {
  Event event;
  event.mutable_user()->set_user_id(std::string(request.user.raw()));
  if (!request.enabled) {
    auto& fact = *event.mutable_user()->mutable_mail_failed();
    fact.set_mail_id(std::string(request.mail.raw()));
    fact.set_reason(journal::v1::MAIL_FAILURE_DISABLED);
    fact.set_final(true);
    return event;
  }
  auto& fact = *event.mutable_user()->mutable_mail_queued();
  fact.set_mail_id(std::string(request.mail.raw()));
  fact.set_kind(request.kind);
  journal::v1::MailContent content;
  content.set_address(request.address);
  content.set_secret(request.secret);
  *fact.mutable_content() = draft(request.user, content.SerializeAsString());
  fact.set_lifetime_s(request.lifetime_s);
  fact.set_one_time_id(request.one_time_id);
  fact.set_dialect(request.dialect);
  return event;
}

Decision<std::uint32_t> decide_claim(const std::optional<state::v1::Mail>& mail, const ClaimAttempt& attempt) {
  if (!mail || mail->due_ms() > attempt.log_time_ms) return {.events = {}, .answer = 0};
  if (const auto reason = hopeless(*mail, attempt)) return {.events = {failed(*mail, *reason, true)}, .answer = 0};
  Event event = about(*mail);
  auto& fact = *event.mutable_user()->mutable_mail_claimed();
  fact.set_mail_id(mail->id());
  fact.set_attempt(mail->attempt() + 1);
  fact.set_lease_s(attempt.lease_s);
  return {.events = {std::move(event)}, .answer = mail->attempt() + 1};
}

std::vector<Event> decide_conclusion(const std::optional<state::v1::Mail>& mail, std::uint32_t attempt,
                                     const MailReport& report) {
  if (!mail || !mail->claimed() || mail->attempt() != attempt) return {};
  if (report.verdict == MailReport::Verdict::kSent) {
    Event event = about(*mail);
    event.mutable_user()->mutable_mail_sent()->set_mail_id(mail->id());
    event.mutable_user()->mutable_mail_sent()->set_attempt(attempt);
    return {std::move(event)};
  }
  Event event = failed(*mail, report.reason, report.verdict == MailReport::Verdict::kNever);
  event.mutable_user()->mutable_mail_failed()->set_smtp_status(report.smtp_status);
  return {std::move(event)};
}

std::int64_t retry_after_s(std::uint32_t attempt) {
  const std::uint32_t doublings = std::min(attempt == 0 ? 0 : attempt - 1, kDoublings);
  return std::min(kRetryFirstS << doublings, kRetryMostS);
}

}  // namespace ledgate
