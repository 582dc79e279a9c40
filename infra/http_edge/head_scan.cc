#include "infra/http_edge/head_scan.h"

#include "infra/http_edge/ascii.h"
#include "infra/http_edge/request_id.h"

#include <algorithm>

namespace ledgate::infra::http_edge {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMethodLimit = 32;
// Everything of a request line but its target.
constexpr std::size_t kLineOverhead = kMethodLimit + std::string_view("  HTTP/1.1").size();

struct MethodName {
  std::string_view name;
  api::Method method;
};
constexpr MethodName kMethods[] = {
    {"GET", api::Method::kGet},         {"POST", api::Method::kPost},   {"HEAD", api::Method::kHead},
    {"PUT", api::Method::kPut},         {"PATCH", api::Method::kPatch}, {"DELETE", api::Method::kDelete},
    {"OPTIONS", api::Method::kOptions},
};

int refusal_of_version(std::string_view version) {
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return 0;
  const bool well_formed = version.size() == 8 && version.starts_with("HTTP/") && ascii::is_digit(version[5]) &&
                           version[6] == '.' && ascii::is_digit(version[7]);
  return well_formed ? 505 : 400;
}

int read_method(std::string_view name, api::Method& out) {
  const auto* known = std::ranges::find(kMethods, name, &MethodName::name);
  if (known != std::end(kMethods)) {
    out = known->method;
    return 0;
  }
  return name == "TRACE" || name == "CONNECT" ? 405 : 501;
}

int read_request_line(std::string_view line, const RequestLimits& limits, Head& out) {
  const std::size_t first = line.find(' ');
  const std::string_view method = line.substr(0, first);
  if (method.empty() || !ascii::all_of(method, ascii::kToken)) return 400;
  if (method.size() > kMethodLimit) return 501;
  if (first == std::string_view::npos) return 400;
  const std::size_t second = line.find(' ', first + 1);
  if (second == std::string_view::npos) return line.size() > limits.target + kLineOverhead ? 414 : 400;

  const std::string_view version = line.substr(second + 1);
  if (const int refusal = refusal_of_version(version)) return refusal;
  out.http11 = version == "HTTP/1.1";
  const std::string_view target = line.substr(first + 1, second - first - 1);
  if (target.size() > limits.target) return 414;
  if (const int refusal = read_method(method, out.method)) return refusal;
  const std::optional<Target> parts = parse_target(target);
  if (!parts) return 400;
  out.target = *parts;
  return 0;
}

// A decimal number that fits; nothing where it is no number. One too large for 64 bits becomes the largest, which is
// over every limit.
std::optional<std::uint64_t> parse_length(std::string_view digits) {
  if (digits.empty() || !std::ranges::all_of(digits, ascii::is_digit)) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (__builtin_mul_overflow(value, std::uint64_t{10}, &value) ||
        __builtin_add_overflow(value, static_cast<std::uint64_t>(c - '0'), &value)) {
      return UINT64_MAX;
    }
  }
  return value;
}

// The headers that decide about framing and connection, collected line by line and judged together.
class FramingHeaders {
 public:
  // Returns whether the value is well-formed by itself.
  bool take(std::string_view name, std::string_view value) {
    switch (name.size()) {
      case 4:
        return !ascii::equals(name, "host") || (++hosts_ == 1 && is_host(value));
      case 6:
        if (ascii::equals(name, "expect")) expectation_ = ascii::equals(value, "100-continue") ? kContinue : kUnknown;
        return true;
      case 10:
        if (ascii::equals(name, "connection")) take_connection(value);
        return true;
      case 12:
        if (ascii::equals(name, "x-request-id")) request_id_ = request_ids_++ == 0 && is_request_id(value) ? value : "";
        return true;
      case 14:
        return !ascii::equals(name, "content-length") || (++lengths_ == 1 && (length_ = parse_length(value)));
      case 16:
        if (ascii::equals(name, "content-encoding")) take_content_coding(value);
        return true;
      case 17:
        if (ascii::equals(name, "transfer-encoding"))
          chunked_ = transfer_codings_++ == 0 && ascii::equals(value, "chunked");
        return true;
      default:
        return true;
    }
  }

  // The refusal for all of them together, or 0 and the facts in `out`.
  int judge(const RequestLimits& limits, Head& out) const {
    if (hosts_ == 0 && out.http11) return 400;
    if (transfer_codings_ > 0 && (lengths_ > 0 || !out.http11)) return 400;
    if (transfer_codings_ > 0 && !chunked_) return 501;
    if (expectation_ == kUnknown && out.http11) return 417;
    if (content_coded_) return 415;
    if (length_ && *length_ > limits.body) return 413;
    out.keep_alive = !close_ && (out.http11 || keep_alive_);
    out.chunked = chunked_;
    out.content_length = length_;
    out.expects_continue = expectation_ == kContinue && out.http11;
    return 0;
  }

  [[nodiscard]] std::string_view request_id() const { return request_id_; }

 private:
  void take_connection(std::string_view value) {
    ascii::for_each_element(value, [this](std::string_view option) {
      if (ascii::equals(option, "close")) close_ = true;
      if (ascii::equals(option, "keep-alive")) keep_alive_ = true;
    });
  }

  void take_content_coding(std::string_view value) {
    ascii::for_each_element(value, [this](std::string_view coding) {
      if (!ascii::equals(coding, "identity")) content_coded_ = true;
    });
  }

  int hosts_ = 0;
  int lengths_ = 0;
  int transfer_codings_ = 0;
  int request_ids_ = 0;
  enum : std::uint8_t { kNone, kContinue, kUnknown } expectation_ = kNone;
  bool chunked_ = false;
  bool content_coded_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
  std::optional<std::uint64_t> length_;
  std::string_view request_id_;
};

}  // namespace

void HeadScanner::reset() { scanned_ = line_start_ = lines_ = 0; }

int HeadScanner::refusal_of_line(std::string_view line) const {
  if (lines_ == 0) {
    Head ignored;
    return read_request_line(line, limits_, ignored);
  }
  return lines_ > limits_.headers ? 431 : 0;
}

HeadScanner::Progress HeadScanner::advance(std::string_view bytes) {
  for (; scanned_ < bytes.size(); ++scanned_) {
    const auto byte = static_cast<std::uint8_t>(bytes[scanned_]);
    if (ascii::kText[byte] && (byte < 0x80 || lines_ > 0)) continue;
    if (byte != '\r') return {.refusal = 400};
    if (scanned_ + 1 == bytes.size()) break;
    if (bytes[scanned_ + 1] != '\n') return {.refusal = 400};

    const std::string_view line = bytes.substr(line_start_, scanned_ - line_start_);
    const std::size_t after = scanned_ + kLineEnd.size();
    if (line.empty()) {
      if (after > limits_.head) return {.refusal = 431};
      return lines_ == 0 ? Progress{.refusal = 400} : Progress{.size = after};
    }
    if (const int refusal = refusal_of_line(line)) return {.refusal = refusal};
    ++lines_;
    line_start_ = after;
    ++scanned_;
  }
  if (lines_ == 0 && scanned_ > limits_.target + kLineOverhead) return {.refusal = refusal_of_line(bytes)};
  if (scanned_ > limits_.head) return {.refusal = 431};
  return {};
}

int read_head(std::string_view head, const RequestLimits& limits, Head& out) {
  std::size_t end = head.find(kLineEnd);
  if (const int refusal = read_request_line(head.substr(0, end), limits, out)) return refusal;

  FramingHeaders framing;
  for (std::string_view rest = head.substr(end + kLineEnd.size()); !rest.starts_with(kLineEnd);) {
    end = rest.find(kLineEnd);
    const std::string_view line = rest.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return 400;
    const std::string_view name = line.substr(0, colon);
    if (!ascii::all_of(name, ascii::kToken)) return 400;
    if (!framing.take(name, ascii::trim(line.substr(colon + 1)))) return 400;
    rest.remove_prefix(end + kLineEnd.size());
  }
  out.request_id = framing.request_id();
  return framing.judge(limits, out);
}

std::string_view readable_path(std::string_view bytes, const RequestLimits& limits) {
  const std::size_t end = bytes.find(kLineEnd);
  Head head;
  if (end == std::string_view::npos || read_request_line(bytes.substr(0, end), limits, head) != 0) return {};
  return head.target.path;
}

}  // namespace ledgate::infra::http_edge
