#include "api/dialects/imagor_studio/errors.h"

#include <array>

namespace ledgate::api::imagor_studio {
namespace {

constexpr std::array kWordings{
    Wording{.code = ErrorCode::kRequestMalformed, .text = "Invalid request body"},
    Wording{.code = ErrorCode::kMethodNotAllowed, .text = "Method not allowed"},
    Wording{.code = ErrorCode::kInvalidCredentials, .text = "Invalid credentials"},
    Wording{.code = ErrorCode::kUnauthenticated, .text = "Authorization header is missing or invalid"},
    Wording{.code = ErrorCode::kRefreshInvalid, .text = "Invalid token"},
    Wording{.code = ErrorCode::kRefreshReused, .text = "Invalid token"},
    Wording{.code = ErrorCode::kGuestsDisabled, .text = "Guest mode is not enabled"},
    Wording{.code = ErrorCode::kRegistrationDisabled, .text = "Registration is not enabled"},
    Wording{.code = ErrorCode::kAdministratorExists,
            .text = "Admin user already exists. System is already initialized."},
    Wording{.code = ErrorCode::kUsernameTaken, .text = "Username already exists"},
    Wording{.code = ErrorCode::kEmailTaken, .text = "Email already exists"},
    Wording{.code = ErrorCode::kUsernameInvalid, .text = "Invalid username"},
    Wording{.code = ErrorCode::kEmailInvalid, .text = "Invalid email"},
};

constexpr std::array kFields{
    Field{.name = "error"},
    Field{.name = "message"},
    Field{.name = "code", .about = "What programs branch on."},
    Field{.name = "details",
          .type = Type::kObject,
          .required = false,
          .about = "`field` at fault; `allowedMethod` and `receivedMethod` of a 405."},
};
constexpr Schema kSchema{.name = "ErrorImagorStudio", .fields = kFields};

std::string_view code_of_kind(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument:
    case ErrorKind::kFailedPrecondition:
    case ErrorKind::kTooLarge:
    case ErrorKind::kUnsupportedMedia:
      return "INVALID_INPUT";
    case ErrorKind::kUnprocessable:
      return "VALIDATION_FAILED";
    case ErrorKind::kUnauthenticated:
      return "UNAUTHORIZED";
    case ErrorKind::kPermissionDenied:
      return "FORBIDDEN";
    case ErrorKind::kNotFound:
      return "NOT_FOUND";
    case ErrorKind::kMethodNotAllowed:
      return "METHOD_NOT_ALLOWED";
    case ErrorKind::kAlreadyExists:
      return "ALREADY_EXISTS";
    case ErrorKind::kConflict:
      return "CONFLICT";
    case ErrorKind::kResourceExhausted:
      return "TOO_MANY_REQUESTS";
    case ErrorKind::kInternal:
      return "INTERNAL_SERVER_ERROR";
    case ErrorKind::kUnavailable:
    case ErrorKind::kDeadlineExceeded:
      return "SERVICE_UNAVAILABLE";
  }
  return {};
}

std::string_view code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidCredentials:
      return "INVALID_CREDENTIALS";
    case ErrorCode::kRefreshInvalid:
    case ErrorCode::kRefreshReused:
      return "INVALID_TOKEN";
    default:
      return code_of_kind(error_row(code).kind);
  }
}

// "Username is required" for what is missing or blank; the product does not say what else is wrong with a field.
std::string text_of(const ErrorView& view) {
  if (view.refusal.fields.empty()) return std::string(view.text);
  const FieldFault& fault = view.refusal.fields.front();
  const bool blank = fault.type == "missing" || (fault.type == "string_too_short" && fault.bound == 1);
  std::string name = fault.field;
  if (!name.empty() && name.front() >= 'a' && name.front() <= 'z')
    name.front() = static_cast<char>(name.front() - 'a' + 'A');
  return blank ? name + " is required" : "Invalid " + fault.field;
}

Json details_of(const Refusal& refusal) {
  if (refusal.error.code == ErrorCode::kMethodNotAllowed && !refusal.allowed_method.empty())
    return {{"allowedMethod", refusal.allowed_method}, {"receivedMethod", refusal.received_method}};
  if (!refusal.fields.empty()) return {{"field", refusal.fields.front().field}};
  if (!refusal.error.field.empty()) return {{"field", refusal.error.field}};
  return nullptr;
}

JsonMembers body(const ErrorView& view) {
  const std::string text = text_of(view);
  const bool login_failed = view.refusal.error.code == ErrorCode::kInvalidCredentials;
  JsonMembers body{{"error", login_failed ? std::string("LOGIN_FAILED") : text},
                   {"message", text},
                   {"code", code_of(view.refusal.error.code)}};
  if (auto details = details_of(view.refusal); !details.is_null()) body.push_back({"details", std::move(details)});
  return body;
}

}  // namespace

const Envelope kEnvelope{.schema = &kSchema, .wordings = kWordings, .body = body};

}  // namespace ledgate::api::imagor_studio
