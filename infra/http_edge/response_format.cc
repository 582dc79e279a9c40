#include "infra/http_edge/response_format.h"

#include "infra/http_edge/ascii.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace ledgate::infra::http_edge {
namespace {

struct Reason {
  int status;
  std::string_view phrase;
};

constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{417, "Expectation Failed"},
    Reason{422, "Unprocessable Content"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
};

// A reason may be empty (RFC 9112 §4).
std::string_view reason_of(int status) {
  const auto found =
      std::find_if(kReasons.begin(), kReasons.end(), [status](const Reason& row) { return row.status == status; });
  return found == kReasons.end() ? std::string_view() : found->phrase;
}

// IMF-fixdate of this second, made once a second and thread.
std::string_view date_now() {
  thread_local std::time_t made_at = -1;
  thread_local std::array<char, 32> text;
  thread_local std::size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    // strftime would take the names from the locale.
    const int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                                     kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                                     utc.tm_min, utc.tm_sec);
    size = std::min(static_cast<std::size_t>(std::max(length, 0)), text.size() - 1);
    made_at = now;
  }
  return {text.data(), size};
}

bool is_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool is_sendable(const api::Response& response) {
  if (response.status < 200 || response.status > 599 || !is_value(response.content_type)) return false;
  return std::ranges::all_of(response.headers, [](const api::Header& header) {
    return !header.name.empty() && ascii::all_of(header.name, ascii::kToken) && is_value(header.value);
  });
}

bool is_edges_own(std::string_view name) {
  switch (name.size()) {
    case 4:
      return ascii::equals(name, "date");
    case 10:
      return ascii::equals(name, "connection") || ascii::equals(name, "keep-alive");
    case 12:
      return ascii::equals(name, "x-request-id");
    case 14:
      return ascii::equals(name, "content-length");
    case 17:
      return ascii::equals(name, "transfer-encoding");
    case 22:
      return ascii::equals(name, "x-content-type-options");
    default:
      return false;
  }
}

void add_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

void add_status_line(std::string& out, int status) {
  out += "HTTP/1.1 ";
  add_number(out, static_cast<std::size_t>(status));
  out += ' ';
  out += reason_of(status);
  out += "\r\nDate: ";
  out += date_now();
}

// Returns whether the response brought its own Cache-Control.
bool add_own_headers(std::string& out, const api::Response& response) {
  bool cache_control = false;
  for (const api::Header& header : response.headers) {
    if (is_edges_own(header.name)) continue;
    cache_control = cache_control || ascii::equals(header.name, "cache-control");
    out += "\r\n";
    out += header.name;
    out += ": ";
    out += header.value;
  }
  return cache_control;
}

}  // namespace

std::string_view format_response(const api::Response& response, const Framing& framing, std::string& out) {
  if (!is_sendable(response)) return format_response(api::Response{.status = 500, .content_type = ""}, framing, out);

  const bool bodiless = response.status == 204 || response.status == 304;
  out.clear();
  add_status_line(out, response.status);
  out += "\r\nX-Request-Id: ";
  out += framing.request_id;
  out += "\r\nX-Content-Type-Options: nosniff";
  if (!bodiless && !response.body.empty() && !response.content_type.empty()) {
    out += "\r\nContent-Type: ";
    out += response.content_type;
  }
  if (!add_own_headers(out, response)) out += "\r\nCache-Control: no-store";
  if (!bodiless) {
    out += "\r\nContent-Length: ";
    add_number(out, response.body.size());
  }
  if (!framing.keep_alive) out += "\r\nConnection: close";
  if (framing.keep_alive && !framing.http11) out += "\r\nConnection: keep-alive";
  out += "\r\n\r\n";
  return bodiless || framing.head_only ? std::string_view{} : std::string_view(response.body);
}

}  // namespace ledgate::infra::http_edge
