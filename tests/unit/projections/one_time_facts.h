// Facts about one-time secrets, API tokens and mails, for the tests of the read side.
#pragma once

#include "domain/journal.pb.h"

#include <cstdint>
#include <string_view>

namespace ledgate::testing {

journal::v1::Event otp_sent(std::string_view user, std::string_view otp);  // 300 s, five tries
journal::v1::Event otp_failed(std::string_view user, std::string_view otp, std::uint32_t tries_left);
journal::v1::Event otp_verified(std::string_view user, std::string_view otp);
journal::v1::Event email_verified(std::string_view user, std::string_view email_index);
journal::v1::Event reset_requested(std::string_view user, std::string_view reset);  // 300 s
journal::v1::Event password_reset(std::string_view user, std::string_view reset);
journal::v1::Event reset_refused(std::string_view user);
journal::v1::Event api_token_created(std::string_view user, std::string_view token, std::int64_t lifetime_s);
journal::v1::Event api_token_expired(std::string_view user, std::string_view token);
journal::v1::Event api_token_refused();
journal::v1::Event mail_queued(std::string_view user, std::string_view mail);                          // 300 s
journal::v1::Event mail_claimed(std::string_view user, std::string_view mail, std::uint32_t attempt);  // 45 s
journal::v1::Event mail_sent(std::string_view user, std::string_view mail, std::uint32_t attempt);
journal::v1::Event mail_failed(std::string_view user, std::string_view mail, std::uint32_t attempt, bool final);

}  // namespace ledgate::testing
