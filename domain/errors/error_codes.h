// The permanent error table (error_codes.def) as types. The kind decides the HTTP status and the retry advice; the slug
// is what clients branch on; numbers and slugs never change (tests/golden/error_codes.txt is compared on every build).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace ledgate {

enum class ErrorKind : std::uint8_t {
  kInvalidArgument,     // 400
  kUnauthenticated,     // 401
  kPermissionDenied,    // 403
  kNotFound,            // 404
  kMethodNotAllowed,    // 405
  kAlreadyExists,       // 409
  kConflict,            // 409
  kFailedPrecondition,  // 412; on start-up: exit 70
  kTooLarge,            // 413
  kUnsupportedMedia,    // 415
  kUnprocessable,       // 422
  kResourceExhausted,   // 429
  kInternal,            // 500
  kUnavailable,         // 503
  kDeadlineExceeded,    // 504
};

enum class ErrorCode : std::uint16_t {
#define CODE(name, number, kind, slug, sentence) k##name = number,
#include "domain/errors/error_codes.def"
#undef CODE
};

struct ErrorRow {
  ErrorCode code;
  std::string_view name;
  ErrorKind kind;
  std::string_view slug;
  std::string_view sentence;
};

std::span<const ErrorRow> error_table();
const ErrorRow& error_row(ErrorCode code);
int http_status(ErrorKind kind);

}  // namespace ledgate
