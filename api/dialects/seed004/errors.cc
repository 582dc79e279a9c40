#include "api/dialects/seed004/errors.h"

#include <array>

namespace ledgate::api::seed004 {
namespace {

constexpr std::array kWordings{
    Wording{.code = ErrorCode::kValidationFailed, .status = 422},
    Wording{.code = ErrorCode::kUnauthenticated, .text = "Unauthorized"},
    Wording{.code = ErrorCode::kInvalidCredentials, .text = "Unauthorized"},
};

constexpr std::array kFields{
    Field{.name = "error", .required = false, .about = "Absent where the product shows FastAPI's own 422."},
    Field{.name = "detail", .type = Type::kAny, .about = "The same sentence; for 422 the list of faults."},
};
constexpr Schema kSchema{.name = "Error004", .fields = kFields};

nlohmann::ordered_json body(const ErrorView& view) {
  if (!view.refusal.fields.empty()) return {{"detail", fault_list(view.refusal, {})}};
  return {{"error", view.text}, {"detail", view.text}};
}

}  // namespace

const Envelope kEnvelope{.schema = &kSchema, .wordings = kWordings, .body = body};

}  // namespace ledgate::api::seed004
