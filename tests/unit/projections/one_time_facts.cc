#include "tests/unit/projections/one_time_facts.h"

#include "tests/unit/projections/support.h"

namespace ledgate::testing {
namespace {

using journal::v1::Event;

Event about(std::string_view user) {
  Event event;
  event.mutable_user()->set_user_id(key_of(user));
  return event;
}

}  // namespace

Event otp_sent(std::string_view user, std::string_view otp) {
  Event event = about(user);
  auto& fact = *event.mutable_user()->mutable_otp_sent();
  fact.set_otp_id(key_of(otp));
  fact.set_code_hash("hash");
  fact.set_lifetime_s(300);
  fact.set_tries(5);
  return event;
}

Event otp_failed(std::string_view user, std::string_view otp, std::uint32_t tries_left) {
  Event event = about(user);
  auto& fact = *event.mutable_user()->mutable_otp_failed();
  fact.set_otp_id(key_of(otp));
  fact.set_reason(journal::v1::REFUSAL_CODE_WRONG);
  fact.set_tries_left(tries_left);
  return event;
}

Event otp_verified(std::string_view user, std::string_view otp) {
  Event event = about(user);
  event.mutable_user()->mutable_otp_verified()->set_otp_id(key_of(otp));
  return event;
}

Event email_verified(std::string_view user, std::string_view email_index) {
  Event event = about(user);
  event.mutable_user()->mutable_email_verified()->set_email_index(std::string(email_index));
  return event;
}

Event reset_requested(std::string_view user, std::string_view reset) {
  Event event = about(user);
  auto& fact = *event.mutable_user()->mutable_password_reset_requested();
  fact.set_reset_id(key_of(reset));
  fact.set_token_hash("hash");
  fact.set_lifetime_s(300);
  return event;
}

Event password_reset(std::string_view user, std::string_view reset) {
  Event event = about(user);
  event.mutable_user()->mutable_password_reset()->set_reset_id(key_of(reset));
  *event.mutable_user()->mutable_password_reset()->mutable_password_hash() = sealed(user);
  return event;
}

Event reset_refused(std::string_view user) {
  Event event = about(user);
  event.mutable_user()->mutable_password_reset_refused()->set_reason(journal::v1::REFUSAL_TOKEN_INVALID);
  return event;
}

Event api_token_created(std::string_view user, std::string_view token, std::int64_t lifetime_s) {
  Event event = about(user);
  auto& fact = *event.mutable_user()->mutable_api_token_created();
  fact.set_token_index(key_of(token));
  *fact.mutable_token() = sealed(user);
  fact.set_lifetime_s(lifetime_s);
  return event;
}

Event api_token_expired(std::string_view user, std::string_view token) {
  Event event = about(user);
  event.mutable_user()->mutable_api_token_expired()->set_token_index(key_of(token));
  return event;
}

Event api_token_refused() {
  Event event;
  event.mutable_user()->mutable_api_token_refused();
  return event;
}

Event mail_queued(std::string_view user, std::string_view mail) {
  Event event = about(user);
  auto& fact = *event.mutable_user()->mutable_mail_queued();
  fact.set_mail_id(key_of(mail));
  fact.set_kind(journal::v1::MAIL_OTP);
  *fact.mutable_content() = sealed(user);
  fact.set_lifetime_s(300);
  return event;
}

Event mail_claimed(std::string_view user, std::string_view mail, std::uint32_t attempt) {
  Event event = about(user);
  auto& fact = *event.mutable_user()->mutable_mail_claimed();
  fact.set_mail_id(key_of(mail));
  fact.set_attempt(attempt);
  fact.set_lease_s(45);
  return event;
}

Event mail_sent(std::string_view user, std::string_view mail, std::uint32_t attempt) {
  Event event = about(user);
  event.mutable_user()->mutable_mail_sent()->set_mail_id(key_of(mail));
  event.mutable_user()->mutable_mail_sent()->set_attempt(attempt);
  return event;
}

Event mail_failed(std::string_view user, std::string_view mail, std::uint32_t attempt, bool final) {
  Event event = about(user);
  auto& fact = *event.mutable_user()->mutable_mail_failed();
  fact.set_mail_id(key_of(mail));
  fact.set_attempt(attempt);
  fact.set_reason(journal::v1::MAIL_FAILURE_NOT_NOW);
  fact.set_final(final);
  if (!final) fact.set_retry_after_s(5);
  return event;
}

}  // namespace ledgate::testing
