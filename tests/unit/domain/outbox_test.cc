// The outbox: who may send, when, and what follows; the fence of a claim.
#include "domain/delivery/outbox.h"

#include "tests/unit/domain/spec.h"

namespace ledgate::spec {
namespace {

constexpr std::int64_t kQueued = 1'000'000;
constexpr std::int64_t kLifetimeS = 300;
constexpr std::int64_t kLeaseS = 45;

using journal::v1::MailFailure;

MailId the_mail() { return id<MailId>(1); }

Fact queued() {
  return Fact{mail_asked_for({.mail = the_mail(),
                              .user = id<UserId>(1),
                              .kind = journal::v1::MAIL_OTP,
                              .address = "ann@example.org",
                              .secret = "123456",
                              .one_time_id = "one-time",
                              .lifetime_s = kLifetimeS})}
      .at(kQueued);
}

Fact about() {
  Fact fact;
  fact.event.mutable_user()->set_user_id(raw_user(1));
  return fact;
}

Fact claimed(std::uint32_t attempt, std::int64_t ms) {
  Fact fact = about();
  auto& claim = *fact.event.mutable_user()->mutable_mail_claimed();
  claim.set_mail_id(std::string(the_mail().raw()));
  claim.set_attempt(attempt);
  claim.set_lease_s(kLeaseS);
  return fact.at(ms);
}

Fact failed(std::uint32_t attempt, MailFailure reason, bool final, std::uint32_t status, std::int64_t ms) {
  Fact fact = about();
  auto& failure = *fact.event.mutable_user()->mutable_mail_failed();
  failure.set_mail_id(std::string(the_mail().raw()));
  failure.set_attempt(attempt);
  failure.set_reason(reason);
  failure.set_final(final);
  failure.set_smtp_status(status);
  if (!final) failure.set_retry_after_s(retry_after_s(attempt));
  return fact.at(ms);
}

Fact sent(std::uint32_t attempt) {
  Fact fact = about();
  fact.event.mutable_user()->mutable_mail_sent()->set_mail_id(std::string(the_mail().raw()));
  fact.event.mutable_user()->mutable_mail_sent()->set_attempt(attempt);
  return fact;
}

std::optional<state::v1::Mail> after(const std::vector<Fact>& facts) {
  std::optional<state::v1::Mail> mail;
  for (const Fact& fact : facts) {
    if (is_done(fact.event.user())) return std::nullopt;
    if (!mail) mail.emplace();
    evolve(*mail, fact.event.user(), {.position = Position{1}, .time = LogTime{fact.ms}, .transaction_id = "t"});
  }
  return mail;
}

Decided<std::uint32_t> claiming(const std::vector<Fact>& before, std::int64_t log_time_ms,
                                MailRefusal refusal = MailRefusal::kNone,
                                std::source_location row = std::source_location::current()) {
  return {decide_claim(after(before), {.log_time_ms = log_time_ms, .lease_s = kLeaseS, .refusal = refusal}), row};
}

Decided<int> concluding(const std::vector<Fact>& before, std::uint32_t attempt, const MailReport& report,
                        std::source_location row = std::source_location::current()) {
  return {Decision<int>{.events = decide_conclusion(after(before), attempt, report), .answer = 0}, row};
}

const MailReport kSent{.verdict = MailReport::Verdict::kSent};
const MailReport kLater{
    .verdict = MailReport::Verdict::kLater, .reason = journal::v1::MAIL_FAILURE_NOT_NOW, .smtp_status = 451};
const MailReport kNever{
    .verdict = MailReport::Verdict::kNever, .reason = journal::v1::MAIL_FAILURE_REFUSED, .smtp_status = 550};

TEST(Outbox, AMailIsClaimedAtOnceAndByOne) {
  claiming({queued()}, kQueued).then({claimed(1, 0)}).answers(1);
  claiming({queued(), claimed(1, kQueued)}, kQueued + kLeaseS * 1000 - 1).then_nothing().answers(0);
}

TEST(Outbox, AnotherGoesOnWhenTheLeaseHasEnded) {
  const std::vector<Fact> abandoned{queued(), claimed(1, kQueued)};
  claiming(abandoned, kQueued + kLeaseS * 1000).then({claimed(2, 0)}).answers(2);
}

TEST(Outbox, WhoeverLostTheClaimConcludesNothing) {
  const std::vector<Fact> taken_over{queued(), claimed(1, kQueued), claimed(2, kQueued + kLeaseS * 1000)};
  concluding(taken_over, 1, kSent).then_nothing();
  concluding(taken_over, 1, kNever).then_nothing();
  concluding(taken_over, 2, kSent).then({sent(2)});
  concluding({queued(), claimed(1, kQueued), sent(1)}, 1, kSent).then_nothing();
}

TEST(Outbox, WithoutAClaimNothingIsConcluded) {
  concluding({queued()}, 0, kSent).then_nothing();
  const Fact later = failed(1, journal::v1::MAIL_FAILURE_NOT_NOW, false, 451, kQueued);
  concluding({queued(), claimed(1, kQueued), later}, 1, kSent).then_nothing();
}

TEST(Outbox, AFailedAttemptIsRepeatedLaterAndLater) {
  const std::vector<Fact> once{queued(), claimed(1, kQueued)};
  const Fact failure = failed(1, journal::v1::MAIL_FAILURE_NOT_NOW, false, 451, kQueued + 1000);
  concluding(once, 1, kLater).then({failure});
  const std::vector<Fact> waiting{queued(), claimed(1, kQueued), failure};
  claiming(waiting, kQueued + 1000 + 5000 - 1).then_nothing().answers(0);
  claiming(waiting, kQueued + 1000 + 5000).then({claimed(2, 0)}).answers(2);
}

TEST(Outbox, TheBackOffDoublesUpToAQuarterOfAnHour) {
  const std::vector<std::int64_t> expected{5, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900};
  for (std::uint32_t attempt = 0; attempt < expected.size(); ++attempt)
    EXPECT_EQ(retry_after_s(attempt), expected[attempt]) << attempt;
  EXPECT_EQ(retry_after_s(4'000'000'000), 900);
}

TEST(Outbox, ARefusalForGoodIsTheEnd) {
  concluding({queued(), claimed(1, kQueued)}, 1, kNever)
      .then({failed(1, journal::v1::MAIL_FAILURE_REFUSED, true, 550, 0)});
}

TEST(Outbox, WhatIsNoLongerGoodIsNotSent) {
  const auto gives_up = [](MailRefusal refusal, MailFailure reason) {
    claiming({queued()}, kQueued, refusal).then({failed(0, reason, true, 0, 0)}).answers(0);
  };
  gives_up(MailRefusal::kDisabled, journal::v1::MAIL_FAILURE_DISABLED);
  gives_up(MailRefusal::kSuperseded, journal::v1::MAIL_FAILURE_SUPERSEDED);
  gives_up(MailRefusal::kUnreadable, journal::v1::MAIL_FAILURE_UNREADABLE);
  claiming({queued()}, kQueued + kLifetimeS * 1000)
      .then({failed(0, journal::v1::MAIL_FAILURE_EXPIRED, true, 0, 0)})
      .answers(0);
  claiming({queued()}, kQueued + kLifetimeS * 1000 - 1).then({claimed(1, 0)}).answers(1);
}

TEST(Outbox, WithMailOffThereIsOnlyTheFactThatNothingGoesOut) {
  const auto event = mail_asked_for({.mail = the_mail(),
                                     .user = id<UserId>(1),
                                     .kind = journal::v1::MAIL_OTP,
                                     .address = "ann@example.org",
                                     .secret = "123456",
                                     .enabled = false});
  Decided<int>({.events = {event}, .answer = 0}, std::source_location::current())
      .then({failed(0, journal::v1::MAIL_FAILURE_DISABLED, true, 0, 0)});
}

}  // namespace
}  // namespace ledgate::spec
