// Rows of one-time secrets, API tokens, mails and referrals: what facts make of them, and when they go.
#include "projections/models/api_tokens.h"
#include "projections/models/one_time.h"
#include "projections/models/outbox.h"
#include "projections/models/referrals.h"
#include "tests/unit/projections/one_time_facts.h"
#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

constexpr std::int64_t kSecond = 1000;
const UserId kAnn = id_of<UserId>("ann");

TEST(OneTimeRows, HoldTheNewestOfEachPurpose) {
  Log log;
  log.append_event(otp_sent("ann", "o1"));
  log.append_event(reset_requested("ann", "r1"));
  log.append_event(otp_sent("ann", "o2"));
  EXPECT_EQ(find_one_time(log.rows(), kAnn, OneTimePurpose::kEmailVerification)->id(), key_of("o2"));
  EXPECT_EQ(find_one_time(log.rows(), kAnn, OneTimePurpose::kPasswordReset)->id(), key_of("r1"));
  EXPECT_FALSE(find_one_time(log.rows(), id_of<UserId>("bob"), OneTimePurpose::kPasswordReset));
}

TEST(OneTimeRows, GoWhenTheNewestHasExpired) {
  Log log;
  log.append_event(otp_sent("ann", "o1"));
  log.advance(200 * kSecond);
  log.append_event(otp_sent("ann", "o2"));
  log.advance(100 * kSecond);
  log.tick();
  EXPECT_TRUE(find_one_time(log.rows(), kAnn, OneTimePurpose::kEmailVerification)) << "the older one's end";
  log.advance(200 * kSecond);
  log.tick();
  EXPECT_TRUE(rows_of(log.rows(), tables::kOneTime).empty());
  EXPECT_TRUE(rows_of(log.rows(), tables::kOneTimeExpiry).empty());
}

TEST(OneTimeRows, GoWithTheirUser) {
  Log log;
  log.append_event(otp_sent("ann", "o1"));
  log.append_event(reset_requested("ann", "r1"));
  journal::v1::Event erased;
  erased.mutable_user()->set_user_id(key_of("ann"));
  erased.mutable_user()->mutable_erased();
  log.append_event(std::move(erased));
  EXPECT_TRUE(rows_of(log.rows(), tables::kOneTime).empty());
}

TEST(OneTimeRows, AFactAboutAThingThatWasPurgedMakesNoRow) {
  Log log;
  log.append_event(otp_failed("ann", "o1", 3));
  EXPECT_TRUE(rows_of(log.rows(), tables::kOneTime).empty());
}

TEST(ApiTokenRows, AreListedTheLastToEndFirst) {
  Log log;
  log.append_event(api_token_created("ann", "t1", 100));
  log.append_event(api_token_created("ann", "t2", 300));
  log.append_event(api_token_created("bob", "t3", 200));
  const auto tokens = api_tokens_of(log.rows(), kAnn, 10);
  ASSERT_EQ(tokens.size(), 2U);
  EXPECT_EQ(tokens[0].index(), key_of("t2"));
  EXPECT_EQ(tokens[1].index(), key_of("t1"));
  EXPECT_EQ(api_tokens_of(log.rows(), kAnn, 1).size(), 1U);
}

TEST(ApiTokenRows, AreDueOnceAndGoAMonthLater) {
  Log log;
  log.append_event(api_token_created("ann", "t1", 100));
  EXPECT_TRUE(due_api_tokens(log.rows(), {log.now_ms() + 100 * kSecond - 1}, 10).empty());
  EXPECT_EQ(due_api_tokens(log.rows(), {log.now_ms() + 100 * kSecond}, 10).size(), 1U);
  log.advance(100 * kSecond);
  log.append_event(api_token_expired("ann", "t1"));
  EXPECT_TRUE(due_api_tokens(log.rows(), {log.now_ms() + 100 * kSecond}, 10).empty());
  EXPECT_TRUE(find_api_token(log.rows(), *Key16::from_bytes(key_of("t1"))));
  log.advance(kApiTokenRememberedMs);
  log.tick();
  for (const Table table : {tables::kApiTokens, tables::kUserApiTokens, tables::kApiTokenDue, tables::kApiTokenExpiry})
    EXPECT_TRUE(rows_of(log.rows(), table).empty());
}

TEST(ApiTokenRows, WhoseEndNobodyWroteDownGoAllTheSame) {
  Log log;
  log.append_event(api_token_created("ann", "t1", 100));
  log.advance(100 * kSecond + kApiTokenRememberedMs);
  log.tick();
  for (const Table table : {tables::kApiTokens, tables::kUserApiTokens, tables::kApiTokenDue, tables::kApiTokenExpiry})
    EXPECT_TRUE(rows_of(log.rows(), table).empty());
}

TEST(MailRows, AreDueInOrderAndGoWhenDone) {
  Log log;
  log.append_event(mail_queued("ann", "m1"));
  log.advance(kSecond);
  log.append_event(mail_queued("ann", "m2"));
  const auto due = [&] { return due_mails(log.rows(), {log.now_ms()}, 10); };
  EXPECT_EQ(due(), (std::vector{id_of<MailId>("m1"), id_of<MailId>("m2")}));
  log.append_event(mail_claimed("ann", "m1", 1));
  EXPECT_EQ(due(), std::vector{id_of<MailId>("m2")});
  log.append_event(mail_sent("ann", "m1", 1));
  log.append_event(mail_failed("ann", "m2", 0, true));
  EXPECT_TRUE(due().empty());
  EXPECT_TRUE(rows_of(log.rows(), tables::kMailDue).empty());
  const auto totals = outbox_totals(log.rows());
  EXPECT_EQ(totals.waiting(), 0U);
  EXPECT_EQ(totals.sent(), 1U);
  EXPECT_EQ(totals.given_up(), 1U);
  EXPECT_EQ(totals.retried(), 0U);
}

TEST(MailRows, AFailedAttemptPutsTheMailBack) {
  Log log;
  log.append_event(mail_queued("ann", "m1"));
  log.append_event(mail_claimed("ann", "m1", 1));
  log.append_event(mail_failed("ann", "m1", 1, false));
  EXPECT_EQ(rows_of(log.rows(), tables::kMailDue).size(), 1U);
  EXPECT_FALSE(find_mail(log.rows(), id_of<MailId>("m1"))->claimed());
  EXPECT_EQ(outbox_totals(log.rows()).waiting(), 1U);
  EXPECT_EQ(outbox_totals(log.rows()).retried(), 1U);
}

TEST(MailRows, AMailThatWasNeverQueuedWaitsForNobody) {
  Log log;
  log.append_event(mail_failed("ann", "m1", 0, true));
  EXPECT_EQ(outbox_totals(log.rows()).waiting(), 0U);
  EXPECT_EQ(outbox_totals(log.rows()).given_up(), 1U);
  EXPECT_TRUE(rows_of(log.rows(), tables::kMailDue).empty());
}

TEST(ReferralRows, ArePagedInOrderOfRegistration) {
  Log log;
  const auto bring = [&](const std::string& who, const std::string& by) {
    journal::v1::Event event = user_registered(who, who);
    if (!by.empty()) event.mutable_user()->mutable_registered()->set_referrer_id(key_of(by));
    log.append_event(std::move(event));
  };
  bring("ann", "");
  for (const char* name : {"b1", "b2", "b3"}) bring(name, "ann");
  bring("c1", "b1");
  const ReferralPage first = list_referrals(log.rows(), kAnn, {}, 2);
  EXPECT_EQ(first.users, (std::vector{id_of<UserId>("b1"), id_of<UserId>("b2")}));
  ASSERT_TRUE(first.next);
  const ReferralPage second = list_referrals(log.rows(), kAnn, *first.next, 2);
  EXPECT_EQ(second.users, std::vector{id_of<UserId>("b3")});
  EXPECT_FALSE(second.next);
  EXPECT_EQ(list_referrals(log.rows(), id_of<UserId>("b1"), {}, 2).users, std::vector{id_of<UserId>("c1")});
  EXPECT_TRUE(list_referrals(log.rows(), id_of<UserId>("c1"), {}, 2).users.empty());
}

}  // namespace
}  // namespace ledgate::testing
