// How each dialect words its errors. Texts stand here only where a seed fixes them.
#include "api/dialects/seed001/errors.h"
#include "api/dialects/seed002/errors.h"
#include "api/dialects/seed003/errors.h"
#include "api/dialects/seed004/errors.h"
#include "api/dialects/shared_paths.h"
#include "api/native/problem.h"
#include "tests/unit/api/world.h"

#include <gtest/gtest.h>

namespace ledgate::api {
namespace {

using nlohmann::json;

Response rendered(const Envelope& envelope, ErrorCode code) {
  return render(envelope, Refusal(Error{.code = code}), "id");
}

std::vector<FieldFault> two_faults() {
  return {{.type = "missing", .place = "body", .field = "username", .message = "Field required"},
          {.type = "string_too_short",
           .place = "body",
           .field = "email",
           .message = "short",
           .input = "a@",
           .context = {{"min_length", 3}}}};
}

TEST(Envelope003, has_message_and_details) {
  const Response taken = rendered(seed003::kEnvelope, ErrorCode::kUsernameTaken);
  EXPECT_EQ(taken.status, 400);
  EXPECT_EQ(body_of(taken), (json{{"message", "Username already exists."}, {"details", nullptr}}));
  EXPECT_EQ(body_of(rendered(seed003::kEnvelope, ErrorCode::kInvalidCredentials))["message"], "Invalid credentials.");
  const Response policy =
      render(seed003::kEnvelope,
             Refusal(Error{.code = ErrorCode::kPasswordRejected, .message = "This password is too common."}), "");
  EXPECT_EQ(policy.status, 400);
  EXPECT_EQ(body_of(policy)["message"], "This password is too common.");
}

TEST(Envelope003, names_fields_and_limits) {
  const Response faults = render(seed003::kEnvelope, Refusal(two_faults()), "");
  EXPECT_EQ(faults.status, 422);
  EXPECT_EQ(body_of(faults)["message"], "Validation error.");
  EXPECT_EQ(body_of(faults)["details"]["errors"][0],
            (json{{"type", "missing"}, {"loc", {"body", "payload", "username"}}, {"msg", "Field required"}}));
  Error limited{.code = ErrorCode::kRateLimited, .retry_after = std::chrono::seconds(42)};
  const Response limit = render(seed003::kEnvelope, Refusal(seed003::too_many(limited, "login")), "");
  EXPECT_EQ(limit.status, 429);
  EXPECT_EQ(header_of(limit, "Retry-After"), "42");
  EXPECT_EQ(body_of(limit), (json{{"message", "Too many login attempts. Please try again later."},
                                  {"details", {{"retry_after", 42}}}}));
}

TEST(Envelope002, is_fastapis) {
  EXPECT_EQ(body_of(rendered(seed002::kEnvelope, ErrorCode::kRefreshReused)),
            (json{{"detail", "Refresh token is missing or invalid."}}));
  const Response faults = render(seed002::kEnvelope, Refusal(two_faults()), "");
  EXPECT_EQ(faults.status, 422);
  EXPECT_EQ(body_of(faults)["detail"][1], (json{{"type", "string_too_short"},
                                                {"loc", {"body", "email"}},
                                                {"msg", "short"},
                                                {"input", "a@"},
                                                {"ctx", {{"min_length", 3}}}}));
}

TEST(Envelope004, has_the_text_twice) {
  const Response wrong = rendered(seed004::kEnvelope, ErrorCode::kInvalidCredentials);
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(body_of(wrong), (json{{"error", "Unauthorized"}, {"detail", "Unauthorized"}}));
  EXPECT_TRUE(body_of(render(seed004::kEnvelope, Refusal(two_faults()), ""))["detail"].is_array());
}

TEST(Envelope001, has_error_message_and_code) {
  EXPECT_EQ(body_of(rendered(seed001::kEnvelope, ErrorCode::kRequestMalformed)),
            (json{{"error", "Invalid request body"}, {"message", "Invalid request body"}, {"code", "INVALID_INPUT"}}));
}

TEST(SharedEnvelopes, serve_both_products) {
  const Response v1 = rendered(kEnvelopeV1, ErrorCode::kUnauthenticated);
  EXPECT_EQ(body_of(v1), (json{{"detail", "Not authenticated"}, {"message", "Unauthorized"}, {"details", nullptr}}));
  EXPECT_EQ(header_of(v1, "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(render(kEnvelopeV1, Refusal(two_faults()), "").status, 422);
  const json auth = body_of(rendered(kEnvelopeAuth, ErrorCode::kRequestMalformed));
  for (const char* member : {"error", "message", "code", "detail"}) EXPECT_TRUE(auth.contains(member)) << member;
}

TEST(Problem, carries_the_permanent_code) {
  Refusal unknown(Error{.code = ErrorCode::kOutcomeUnknown});
  unknown.transaction = TransactionId({1, 2, 3});
  const Response response = render(native::kProblem, unknown, "request-7");
  EXPECT_EQ(response.status, 504);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const json body = body_of(response);
  EXPECT_EQ(body["code"], "journal.outcome_unknown");
  EXPECT_EQ(body["type"], "urn:ledgate:error:journal.outcome_unknown");
  EXPECT_EQ(body["status"], 504);
  EXPECT_EQ(body["request_id"], "request-7");
  EXPECT_EQ(body["transaction"], unknown.transaction.to_string());
  EXPECT_EQ(header_of(response, "Ledgate-Transaction"), unknown.transaction.to_string());
}

TEST(Envelopes, every_code_has_a_body_everywhere) {
  for (const Envelope* envelope : {&seed001::kEnvelope, &seed002::kEnvelope, &seed003::kEnvelope, &seed004::kEnvelope,
                                   &kEnvelopeV1, &kEnvelopeAuth, &native::kProblem}) {
    for (const ErrorRow& row : error_table()) {
      const Response response = rendered(*envelope, row.code);
      EXPECT_GE(response.status, 400) << row.slug;
      EXPECT_TRUE(body_of(response).is_object()) << row.slug;
      EXPECT_EQ(response.status == 429 || response.status == 503, !header_of(response, "Retry-After").empty())
          << row.slug;
    }
  }
}

}  // namespace
}  // namespace ledgate::api
