// Cuts the bytes of one connection into requests: the strict scan of the head, the second reading of it, the body.
//
// Not thread-safe; its connection guards it. Work is linear in the bytes, however they are cut.
#pragma once

#include "api/http/http.h"
#include "infra/http_edge/body_reader.h"
#include "infra/http_edge/head_scan.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate::infra::http_edge {

class RequestReader {
 public:
  enum class Step {
    kNeedMore,      // call again after append()
    kSendContinue,  // the client waits for "100 Continue"; then call again
    kRequest,       // take() it
    kRefused,       // refusal() says why; the connection has no further use and advance() must not be called again
  };

  explicit RequestReader(const RequestLimits& limits) : limits_(limits), scanner_(limits) {}

  void append(std::string_view bytes);
  Step advance();

  // The request that advance() announced, without client_address and received_us. request_id is empty unless the client
  // gave a usable one.
  api::Request take();

  // Of the request that advance() announced or refused.
  [[nodiscard]] bool http11() const { return http11_; }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  [[nodiscard]] const api::Request& current() const {
    return request_;
  }  // path, method and request_id as far as they were read
  [[nodiscard]] int refusal() const { return refusal_; }

  // Whether a request has begun and is not complete.
  [[nodiscard]] bool mid_request() const { return body_.has_value() || buffered() > 0; }
  [[nodiscard]] std::size_t buffered() const { return buffer_.size() - begin_; }

 private:
  Step refuse(int status);
  Step read_head_bytes();
  Step begin_request(std::string_view head);
  Step read_body_bytes();
  [[nodiscard]] std::string_view unread() const { return std::string_view(buffer_).substr(begin_); }
  void consume(std::size_t size);

  const RequestLimits limits_;
  HeadScanner scanner_;
  std::optional<BodyReader> body_;  // while a request is between its head and its end
  api::Request request_;
  std::string buffer_;
  std::size_t begin_ = 0;  // where in buffer_ the unread bytes start
  bool skipped_empty_line_ = false;
  bool http11_ = true;
  bool keep_alive_ = false;
  int refusal_ = 0;
};

}  // namespace ledgate::infra::http_edge
