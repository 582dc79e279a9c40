#include "api/dialects/lightnovel_crawler/errors.h"

#include <array>

namespace ledgate::api::lightnovel_crawler {
namespace {

constexpr std::array kWordings{
    Wording{.code = ErrorCode::kValidationFailed, .status = 422},
    Wording{.code = ErrorCode::kUnauthenticated, .text = "Unauthorized"},
    Wording{.code = ErrorCode::kInvalidCredentials, .text = "Unauthorized"},
    Wording{.code = ErrorCode::kOtpWrong, .text = "Wrong OTP"},
    Wording{.code = ErrorCode::kOtpUnusable, .text = "Unauthorized"},
    Wording{.code = ErrorCode::kResetTokenInvalid, .text = "Unauthorized"},
    Wording{.code = ErrorCode::kEmailAlreadyVerified, .text = "Email is already verified"},
    Wording{.code = ErrorCode::kReferrerInvalid, .text = "Invalid token"},
    Wording{.code = ErrorCode::kReferrerExpired, .text = "Token expired"},
    Wording{.code = ErrorCode::kReferrerInactive, .text = "User is inactive"},
    Wording{.code = ErrorCode::kEmailTaken, .text = "User already exists"},
    Wording{.code = ErrorCode::kUsernameTaken, .text = "User already exists"},
};

constexpr std::array kFields{
    Field{.name = "error", .required = false, .about = "Absent where the product shows FastAPI's own 422."},
    Field{.name = "detail", .type = Type::kAny, .about = "The same sentence; for 422 the list of faults."},
};
constexpr Schema kSchema{.name = "ErrorLightnovelCrawler", .fields = kFields};

JsonMembers body(const ErrorView& view) {
  if (!view.refusal.fields.empty()) return {{"detail", fault_list(view.refusal, {})}};
  return {{"error", view.text}, {"detail", view.text}};
}

}  // namespace

const Envelope kEnvelope{.schema = &kSchema, .wordings = kWordings, .body = body};

}  // namespace ledgate::api::lightnovel_crawler
