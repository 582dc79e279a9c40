// How each dialect words its errors. Texts stand here only where a seed fixes them.
#include "api/dialects/book_corners/errors.h"
#include "api/dialects/imagor_studio/errors.h"
#include "api/dialects/lightnovel_crawler/errors.h"
#include "api/dialects/ndastro/errors.h"
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

TEST(EnvelopeBookCorners, has_message_and_details) {
  const Response taken = rendered(book_corners::kEnvelope, ErrorCode::kUsernameTaken);
  EXPECT_EQ(taken.status, 400);
  EXPECT_EQ(body_of(taken), (json{{"message", "Username already exists."}, {"details", nullptr}}));
  EXPECT_EQ(body_of(rendered(book_corners::kEnvelope, ErrorCode::kInvalidCredentials))["message"],
            "Invalid credentials.");
  const Response policy =
      render(book_corners::kEnvelope,
             Refusal(Error{.code = ErrorCode::kPasswordRejected, .message = "This password is too common."}), "");
  EXPECT_EQ(policy.status, 400);
  EXPECT_EQ(body_of(policy)["message"], "This password is too common.");
}

TEST(EnvelopeBookCorners, names_fields_and_limits) {
  const Response faults = render(book_corners::kEnvelope, Refusal(two_faults()), "");
  EXPECT_EQ(faults.status, 422);
  EXPECT_EQ(body_of(faults)["message"], "Validation error.");
  EXPECT_EQ(body_of(faults)["details"]["errors"][0],
            (json{{"type", "missing"}, {"loc", {"body", "payload", "username"}}, {"msg", "Field required"}}));
  Error limited{.code = ErrorCode::kRateLimited, .retry_after = std::chrono::seconds(42)};
  Refusal refusal(limited);
  refusal.attempts = "login";
  const Response limit = render(book_corners::kEnvelope, refusal, "");
  EXPECT_EQ(limit.status, 429);
  EXPECT_EQ(header_of(limit, "Retry-After"), "42");
  EXPECT_EQ(body_of(limit), (json{{"message", "Too many login attempts. Please try again later."},
                                  {"details", {{"retry_after", 42}}}}));
}

TEST(EnvelopeNdastro, is_fastapis) {
  EXPECT_EQ(body_of(rendered(ndastro::kEnvelope, ErrorCode::kRefreshReused)),
            (json{{"detail", "Refresh token is missing or invalid."}}));
  const Response faults = render(ndastro::kEnvelope, Refusal(two_faults()), "");
  EXPECT_EQ(faults.status, 422);
  EXPECT_EQ(body_of(faults)["detail"][1], (json{{"type", "string_too_short"},
                                                {"loc", {"body", "email"}},
                                                {"msg", "short"},
                                                {"input", "a@"},
                                                {"ctx", {{"min_length", 3}}}}));
}

TEST(EnvelopeLightnovelCrawler, has_the_text_twice) {
  const Response wrong = rendered(lightnovel_crawler::kEnvelope, ErrorCode::kInvalidCredentials);
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(body_of(wrong), (json{{"error", "Unauthorized"}, {"detail", "Unauthorized"}}));
  EXPECT_TRUE(body_of(render(lightnovel_crawler::kEnvelope, Refusal(two_faults()), ""))["detail"].is_array());
}

TEST(EnvelopeImagorStudio, has_error_message_and_code) {
  EXPECT_EQ(body_of(rendered(imagor_studio::kEnvelope, ErrorCode::kRequestMalformed)),
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
  for (const Envelope* envelope : {&imagor_studio::kEnvelope, &ndastro::kEnvelope, &book_corners::kEnvelope,
                                   &lightnovel_crawler::kEnvelope, &kEnvelopeV1, &kEnvelopeAuth, &native::kProblem}) {
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
