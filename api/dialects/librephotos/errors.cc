#include "api/dialects/librephotos/errors.h"

#include <array>

namespace ledgate::api::librephotos {
namespace {

constexpr std::array kWordings{
    Wording{.code = ErrorCode::kRequestMalformed, .text = "JSON parse error."},
    Wording{.code = ErrorCode::kRouteNotFound, .text = "Not found."},
    Wording{.code = ErrorCode::kMethodNotAllowed, .text = "Method not allowed."},
    Wording{.code = ErrorCode::kUnauthenticated, .text = "Authentication credentials were not provided."},
    Wording{.code = ErrorCode::kInvalidCredentials, .text = "No active account found with the given credentials"},
    Wording{.code = ErrorCode::kRefreshInvalid, .text = "Token is invalid or expired"},
    Wording{.code = ErrorCode::kRefreshReused, .text = "Token is invalid or expired"},
};

constexpr std::array kFaultFields{Field{.name = "field", .about = "`detail` where it is no member of the request."},
                                  Field{.name = "message"}};
constexpr Schema kFault{.name = "FaultLibrePhotos", .fields = kFaultFields};
constexpr std::array kFields{Field{.name = "errors", .type = Type::kArray, .of = &kFault}};
constexpr Schema kSchema{.name = "ErrorLibrePhotos", .fields = kFields};

Json entry(std::string_view field, std::string_view message) { return {{"field", field}, {"message", message}}; }

// In the words of Django REST framework.
std::string sentence(const FieldFault& fault) {
  if (fault.type == "missing") return "This field is required.";
  if (fault.type == "string_too_short") return "This field may not be blank.";
  if (fault.type == "string_too_long")
    return "Ensure this field has no more than " + std::to_string(fault.bound) + " characters.";
  return "Not a valid string.";
}

JsonMembers body(const ErrorView& view) {
  Json errors = Json::array();
  const ErrorCode code = view.refusal.error.code;
  for (const FieldFault& fault : view.refusal.fields) errors.push_back(entry(fault.field, sentence(fault)));
  if (code == ErrorCode::kRateLimited) {
    errors.push_back(entry("detail", "Request was throttled. Expected available in " +
                                         std::to_string(view.refusal.error.retry_after.count()) + " seconds."));
  }
  if (view.refusal.fields.empty() && code != ErrorCode::kRateLimited) errors.push_back(entry("detail", view.text));
  if (code == ErrorCode::kRefreshInvalid || code == ErrorCode::kRefreshReused)
    errors.push_back(entry("code", "token_not_valid"));
  return {{"errors", std::move(errors)}};
}

}  // namespace

const Envelope kEnvelope{.schema = &kSchema, .wordings = kWordings, .challenge = "Bearer realm=\"api\"", .body = body};

}  // namespace ledgate::api::librephotos
