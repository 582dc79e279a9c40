#include "api/dialects/book_corners/errors.h"

#include <array>

namespace ledgate::api::book_corners {
namespace {

constexpr std::array kWordings{
    Wording{.code = ErrorCode::kRequestMalformed, .text = "Cannot parse request body"},
    Wording{.code = ErrorCode::kValidationFailed, .status = 422, .text = "Validation error."},
    Wording{.code = ErrorCode::kUnauthenticated, .text = "Unauthorized"},
    Wording{.code = ErrorCode::kInvalidCredentials, .text = "Invalid credentials."},
    Wording{.code = ErrorCode::kRefreshInvalid, .text = "Invalid or expired refresh token."},
    Wording{.code = ErrorCode::kRefreshReused, .text = "Invalid or expired refresh token."},
    Wording{.code = ErrorCode::kUsernameTaken, .status = 400, .text = "Username already exists."},
    Wording{.code = ErrorCode::kEmailTaken, .status = 400, .text = "Email already exists."},
    Wording{.code = ErrorCode::kEmailInvalid, .status = 400, .text = "Provide a valid email address."},
    Wording{.code = ErrorCode::kUsernameInvalid, .status = 400, .text = "Provide a valid username."},
    Wording{.code = ErrorCode::kRouteNotFound, .text = "Not found."},
    Wording{.code = ErrorCode::kInternal, .text = "Internal server error."},
};

constexpr std::array kFields{
    Field{.name = "message", .about = "What is wrong, for people."},
    Field{.name = "details",
          .type = Type::kObject,
          .nullable = true,
          .about = "`errors` of a 422, `retry_after` of a 429."},
};
constexpr Schema kSchema{.name = "ErrorBookCorners", .fields = kFields};

// As django-ninja has it: the body's members stand below the name of the handler's argument.
Json details_of(const Refusal& refusal) {
  if (refusal.error.code == ErrorCode::kRateLimited) return {{"retry_after", refusal.error.retry_after.count()}};
  if (refusal.fields.empty()) return nullptr;
  return {{"errors", fault_list(refusal, {.below = "payload", .with_input = false})}};
}

JsonMembers body(const ErrorView& view) {
  std::string message(view.text);
  if (!view.refusal.attempts.empty())
    message = "Too many " + std::string(view.refusal.attempts) + " attempts. Please try again later.";
  return {{"message", message}, {"details", details_of(view.refusal)}};
}

}  // namespace

const Envelope kEnvelope{.schema = &kSchema, .wordings = kWordings, .body = body};

}  // namespace ledgate::api::book_corners
