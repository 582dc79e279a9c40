// Dialect lightnovel-crawler's one-time secrets: sign-up by referrer token, codes and reset links by mail, API tokens.
#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api::lightnovel_crawler {

extern const Schema kSignupIn;
extern const Schema kAddressIn;
extern const Schema kNewPasswordIn;
extern const Schema kOtpForm;
extern const Schema kTokenOut;
extern const Schema kVerifyTokenQuery;

Answer handle_signup(const ApiContext& context, Call& call);
// Answers `true` whoever's address it is.
Answer handle_send_reset_link(const ApiContext& context, Call& call);
// The reset token stands where others have their Bearer token.
Answer handle_reset_password(const ApiContext& context, Call& call);
Answer handle_send_otp(const ApiContext& context, Call& call);
Answer handle_verify_otp(const ApiContext& context, Call& call);
Answer handle_create_token(const ApiContext& context, Call& call);
Answer handle_verify_token(const ApiContext& context, Call& call);
Answer handle_tokens(const ApiContext& context, Call& call);

}  // namespace ledgate::api::lightnovel_crawler
