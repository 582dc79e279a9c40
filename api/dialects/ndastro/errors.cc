#include "api/dialects/ndastro/errors.h"

#include <array>

namespace ledgate::api::ndastro {
namespace {

constexpr std::array kWordings{
    Wording{.code = ErrorCode::kValidationFailed, .status = 422},
    Wording{.code = ErrorCode::kUnauthenticated, .text = "Not authenticated"},
    Wording{.code = ErrorCode::kInvalidCredentials, .text = "User not found or invalid credentials"},
    Wording{.code = ErrorCode::kRefreshInvalid, .text = "Refresh token is missing or invalid."},
    Wording{.code = ErrorCode::kRefreshReused, .text = "Refresh token is missing or invalid."},
    Wording{.code = ErrorCode::kResetTokenInvalid, .status = 400, .text = "Invalid token"},
    Wording{.code = ErrorCode::kRouteNotFound, .text = "Not Found"},
    Wording{.code = ErrorCode::kMethodNotAllowed, .text = "Method Not Allowed"},
};

constexpr std::array kFields{Field{
    .name = "detail", .type = Type::kAny, .about = "A sentence; for 422 the list of faults {type, loc, msg, input}."}};
constexpr Schema kSchema{.name = "ErrorNdastro", .fields = kFields};

JsonMembers body(const ErrorView& view) {
  if (view.refusal.fields.empty()) return {{"detail", view.text}};
  return {{"detail", fault_list(view.refusal, {})}};
}

}  // namespace

const Envelope kEnvelope{.schema = &kSchema, .wordings = kWordings, .body = body};

}  // namespace ledgate::api::ndastro
