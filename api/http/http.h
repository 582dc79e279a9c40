// The HTTP values that the API works with. No network library is known here: infra/http_edge makes Requests and sends
// Responses.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ledgate::api {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };
std::string_view to_string(Method method);

struct Header {
  std::string name;   // as sent; compared without case
  std::string value;  // trimmed; never contains CR, LF or NUL
};

// One well-framed request. The edge guarantees: path starts with '/', has no empty, "." or ".." segment and at most 8
// KiB with the query; the body is de-chunked and within the body limit; headers are within their limits. Nothing is
// percent-decoded.
struct Request {
  Method method = Method::kGet;
  std::string path;
  std::string query;  // without '?'
  std::vector<Header> headers;
  std::string body;
  std::string client_address;    // after trusted_proxies; textual, never empty
  std::string request_id;        // given by the client in X-Request-Id (checked) or made by the edge
  std::int64_t received_us = 0;  // wall clock, microseconds since the epoch

  // The value of the only header of that name; nullopt when it is absent or stands there more than once.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  [[nodiscard]] std::size_t header_count(std::string_view name) const;
};

// What to answer. The edge adds Date, Content-Length, Connection, X-Request-Id, X-Content-Type-Options and (unless the
// response has its own) Cache-Control: no-store. Names and values are checked by the edge: one with CR, LF or NUL is
// never sent (500 instead).
struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<Header> headers;

  Response& with(std::string name, std::string value) {
    headers.push_back({std::move(name), std::move(value)});
    return *this;
  }
};

// Answers one request. `reply` is called exactly once, from any thread, before or after handle() returns. A Service
// never throws.
class Service {
 public:
  using Reply = std::function<void(Response)>;
  virtual ~Service() = default;
  virtual void handle(Request request, Reply reply) = 0;
  // The answer to what never became a Request (framing errors, over the limits, too many connections): the edge sends
  // and closes.
  [[nodiscard]] virtual Response refuse(int status, std::string_view path) const = 0;
};

}  // namespace ledgate::api
