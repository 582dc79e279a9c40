// Result<T>: a value or an Error. Used for everything that the world may do; LEDGATE_CHECK is for what we did wrong.
#pragma once

#include "domain/errors/error_codes.h"

#include <tl/expected.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace ledgate {

// A refusal. `code` is what programs branch on; `message` may replace the table's sentence where a dialect fixes the
// wording. Neither ever carries a secret or an internal cause: causes go to the log, at the place where they happened.
struct Error {
  ErrorCode code{};
  std::string message{};
  std::string field{};                  // the request member at fault, where there is one
  std::chrono::seconds retry_after{0};  // > 0 on every 429 and 503

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorCode code) { return tl::unexpected<Error>(Error{.code = code}); }
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{.code = code, .message = std::move(message)});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace ledgate

// TRY(expression): the value, or return the error to the caller. The one way errors are passed on.
#define TRY(...)                                                                                  \
  __extension__({                                                                                 \
    auto ledgate_try_result = (__VA_ARGS__);                                                      \
    if (!ledgate_try_result) return ::tl::make_unexpected(std::move(ledgate_try_result).error()); \
    std::move(*ledgate_try_result);                                                               \
  })
#define TRY_STATUS(...)                                                                           \
  do {                                                                                            \
    auto ledgate_try_result = (__VA_ARGS__);                                                      \
    if (!ledgate_try_result) return ::tl::make_unexpected(std::move(ledgate_try_result).error()); \
  } while (false)
