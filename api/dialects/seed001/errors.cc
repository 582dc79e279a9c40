#include "api/dialects/seed001/errors.h"

#include <array>

namespace ledgate::api::seed001 {
namespace {

constexpr std::array kWordings{
    Wording{.code = ErrorCode::kRequestMalformed, .text = "Invalid request body"},
    Wording{.code = ErrorCode::kMethodNotAllowed, .text = "Method not allowed"},
};

constexpr std::array kFields{
    Field{.name = "error"},
    Field{.name = "message"},
    Field{.name = "code", .about = "What programs branch on."},
};
constexpr Schema kSchema{.name = "Error001", .fields = kFields};

std::string_view code_of(ErrorKind kind) {
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

nlohmann::ordered_json body(const ErrorView& view) {
  return {{"error", view.text}, {"message", view.text}, {"code", code_of(error_row(view.refusal.error.code).kind)}};
}

}  // namespace

const Envelope kEnvelope{.schema = &kSchema, .wordings = kWordings, .body = body};

}  // namespace ledgate::api::seed001
