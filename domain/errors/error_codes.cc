#include "domain/errors/error_codes.h"

#include <array>
#include <cstdlib>

namespace ledgate {
namespace {

constexpr std::array kRows{
#define CODE(name, number, kind, slug, sentence) ErrorRow{ErrorCode::k##name, #name, ErrorKind::kind, slug, sentence},
#include "domain/errors/error_codes.def"
#undef CODE
};

}  // namespace

std::span<const ErrorRow> error_table() { return kRows; }

const ErrorRow& error_row(ErrorCode code) {
  for (const ErrorRow& row : kRows) {
    if (row.code == code) return row;
  }
  std::abort();  // an ErrorCode can only be made from the table
}

int http_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument:
      return 400;
    case ErrorKind::kUnauthenticated:
      return 401;
    case ErrorKind::kPermissionDenied:
      return 403;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kMethodNotAllowed:
      return 405;
    case ErrorKind::kAlreadyExists:
    case ErrorKind::kConflict:
      return 409;
    case ErrorKind::kFailedPrecondition:
      return 412;
    case ErrorKind::kTooLarge:
      return 413;
    case ErrorKind::kUnsupportedMedia:
      return 415;
    case ErrorKind::kUnprocessable:
      return 422;
    case ErrorKind::kResourceExhausted:
      return 429;
    case ErrorKind::kInternal:
      return 500;
    case ErrorKind::kUnavailable:
      return 503;
    case ErrorKind::kDeadlineExceeded:
      return 504;
  }
  std::abort();
}

}  // namespace ledgate
