// The log: one JSON object per line on stderr, with the field names of the Elastic Common Schema. Any thread; a line is
// written whole.
//
//   log_info("journal opened", {{"ledgate.position", position}, {"trace.id", request_id}});
//
// Keys are string literals with dots, ECS where ECS has a name, else `ledgate.…`. Values are escaped so that what a
// stranger sent can neither break out of its string nor move a terminal: control characters, ANSI sequences,
// bidirectional overrides and invalid UTF-8 become escapes. A Secret<T> is not a value: it does not compile.
#pragma once

#include "domain/value/secret.h"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace ledgate::infra {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

class LogValue {
 public:
  LogValue(std::string_view value) : value_(value) {}
  LogValue(const char* value) : value_(std::string_view(value)) {}
  LogValue(const std::string& value) : value_(std::string_view(value)) {}
  LogValue(bool value) : value_(value) {}
  LogValue(std::floating_point auto value) : value_(static_cast<double>(value)) {}
  LogValue(std::signed_integral auto value) : value_(static_cast<std::int64_t>(value)) {}
  LogValue(std::unsigned_integral auto value) : value_(static_cast<std::uint64_t>(value)) {}
  template <class T>
  LogValue(const Secret<T>&) = delete;
  LogValue(const void*) = delete;  // a pointer is never what was meant, and would turn into a bool

  using Variant = std::variant<std::string_view, bool, double, std::int64_t, std::uint64_t>;
  [[nodiscard]] const Variant& get() const { return value_; }

 private:
  Variant value_;
};

// Refers to its texts: for the duration of the call only.
struct LogField {
  std::string_view key;
  LogValue value;
};
using LogFields = std::initializer_list<LogField>;

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  std::string node;  // service.node.name on every line; empty: left out
};

// Once, at start, before other threads log. Without it: kInfo, no node.
void start_logging(LogOptions options);

[[nodiscard]] bool log_enabled(LogLevel level);
void log(LogLevel level, std::string_view message, LogFields fields = {});
inline void log_debug(std::string_view message, LogFields fields = {}) { log(LogLevel::kDebug, message, fields); }
inline void log_info(std::string_view message, LogFields fields = {}) { log(LogLevel::kInfo, message, fields); }
inline void log_warn(std::string_view message, LogFields fields = {}) { log(LogLevel::kWarn, message, fields); }
inline void log_error(std::string_view message, LogFields fields = {}) { log(LogLevel::kError, message, fields); }

// One line without its newline; `wall_us` is microseconds since 1970.
std::string log_line(const LogOptions& options, LogLevel level, std::int64_t wall_us, std::string_view message,
                     LogFields fields);

}  // namespace ledgate::infra
