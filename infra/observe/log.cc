#include "infra/observe/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <ctime>

namespace ledgate::infra {
namespace {

// ECS 1.12 and later have every field used here.
constexpr std::string_view kEcsVersion = "8.11";

constexpr std::uint32_t kInvalid = 0xffffffff;

struct Decoded {
  std::uint32_t code_point = kInvalid;
  std::size_t size = 1;  // bytes consumed
};

// One UTF-8 sequence at the front of `text` (not empty); anything not shortest-form Unicode is kInvalid and one byte
// long.
Decoded decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  std::uint32_t code_point = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code_point = (code_point << 6U) | (byte(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < kSmallest[size] || code_point > 0x10ffff || surrogate) return {};
  return {code_point, size};
}

// What could act on a terminal or change the order in which a line is read.
bool needs_escape(std::uint32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
  const bool bidi =
      c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
  const bool invisible =
      c == 0x200b || c == 0x200c || c == 0x200d || c == 0x2028 || c == 0x2029 || c == 0xfeff || c >= 0xe0000;
  return control || bidi || invisible || c == '"' || c == '\\';
}

void append_unit(std::string& out, std::uint32_t unit) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(unit >> static_cast<unsigned>(shift)) & 0xfU];
}

void append_escape(std::string& out, std::uint32_t c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case kInvalid:
      append_unit(out, 0xfffd);
      return;
    default:
      break;
  }
  if (c < 0x10000) return append_unit(out, c);
  append_unit(out, 0xd800 + ((c - 0x10000) >> 10U));
  append_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ffU));
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const Decoded next = decode_utf8(text);
    if (next.code_point == kInvalid || needs_escape(next.code_point)) {
      append_escape(out, next.code_point);
    } else {
      out.append(text.substr(0, next.size));
    }
    text.remove_prefix(next.size);
  }
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
}

struct ValueWriter {
  std::string& out;
  void operator()(std::string_view value) const { append_string(out, value); }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(double value) const {
    if (!std::isfinite(value)) return void(out += "null");  // JSON has no other word for it
    append_number(out, value);
  }
  void operator()(std::int64_t value) const { append_number(out, value); }
  void operator()(std::uint64_t value) const { append_number(out, value); }
};

void append_field(std::string& out, std::string_view key, const LogValue& value) {
  out += out.size() > 1 ? "," : "";
  append_string(out, key);
  out += ':';
  std::visit(ValueWriter{out}, value.get());
}

std::string timestamp(std::int64_t wall_us) {
  const auto seconds = static_cast<std::time_t>(wall_us / 1'000'000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> day{};
  const auto size = std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S.", &utc);
  std::string fraction = std::to_string(wall_us % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  return std::string(day.data(), size) + fraction + "Z";
}

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

// The one process-wide object of this service: a log line must be possible from every adapter and every thread, and has
// no other owner.
struct Sink {
  LogOptions options;
  spdlog::logger logger{"ledgate", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
  Sink() {
    logger.set_pattern("%v");
    logger.flush_on(spdlog::level::trace);
  }
};
Sink& sink() {
  static Sink& instance = *new Sink;  // never destroyed: threads may log until the very end of the process
  return instance;
}

}  // namespace

void start_logging(LogOptions options) { sink().options = std::move(options); }

bool log_enabled(LogLevel level) { return level >= sink().options.level; }

void log(LogLevel level, std::string_view message, LogFields fields) {
  if (!log_enabled(level)) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto wall_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  // As an argument, never as the format: braces in a message are a stranger's text.
  sink().logger.log(spdlog::level::critical, "{}", log_line(sink().options, level, wall_us, message, fields));
}

std::string log_line(const LogOptions& options, LogLevel level, std::int64_t wall_us, std::string_view message,
                     LogFields fields) {
  std::string line = "{";
  append_field(line, "@timestamp", timestamp(wall_us));
  append_field(line, "log.level", level_name(level));
  append_field(line, "message", message);
  append_field(line, "ecs.version", kEcsVersion);
  append_field(line, "service.name", "ledgate");
  if (!options.node.empty()) append_field(line, "service.node.name", options.node);
  for (const auto& [key, value] : fields) append_field(line, key, value);
  line += '}';
  return line;
}

}  // namespace ledgate::infra
