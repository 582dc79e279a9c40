#include "infra/http_edge/request_reader.h"

#include "infra/http_edge/beast_head.h"

#include <utility>

namespace ledgate::infra::http_edge {
namespace {

// A buffer that grew for a body is given back when it is empty; thousands of idle connections would otherwise keep
// theirs.
constexpr std::size_t kKeptCapacity = 4096;

}  // namespace

void RequestReader::append(std::string_view bytes) {
  if (begin_ > limits_.head) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  buffer_.append(bytes);
}

void RequestReader::consume(std::size_t size) {
  begin_ += size;
  if (begin_ < buffer_.size()) return;
  buffer_.clear();
  begin_ = 0;
  if (buffer_.capacity() > kKeptCapacity) buffer_.shrink_to_fit();
}

RequestReader::Step RequestReader::refuse(int status) {
  refusal_ = status;
  keep_alive_ = false;
  return Step::kRefused;
}

RequestReader::Step RequestReader::advance() { return body_ ? read_body_bytes() : read_head_bytes(); }

RequestReader::Step RequestReader::read_head_bytes() {
  // One empty line before a request is what some old clients send after a body (RFC 9112 §2.2).
  if (!skipped_empty_line_ && unread().starts_with("\r\n")) {
    skipped_empty_line_ = true;
    consume(2);
  }
  if (buffered() == 0 || unread() == "\r") return Step::kNeedMore;
  const HeadScanner::Progress progress = scanner_.advance(unread());
  if (progress.refusal != 0) {
    request_.path = readable_path(unread(), limits_);
    return refuse(progress.refusal);
  }
  return progress.size == 0 ? Step::kNeedMore : begin_request(unread().substr(0, progress.size));
}

RequestReader::Step RequestReader::begin_request(std::string_view head) {
  Head facts;
  const int refusal = read_head(head, limits_, facts);
  http11_ = facts.http11;
  keep_alive_ = facts.keep_alive;
  request_ = {.method = facts.method,
              .path = std::string(facts.target.path),
              .query = std::string(facts.target.query),
              .request_id = std::string(facts.request_id)};
  if (refusal != 0) return refuse(refusal);
  if (!read_headers(head, facts, request_.headers)) return refuse(400);

  const std::uint64_t length = facts.content_length.value_or(0);
  const bool expects_continue = facts.expects_continue && (facts.chunked || length > 0);
  body_ = facts.chunked ? BodyReader::chunked(limits_.body) : BodyReader::of_length(length);
  consume(head.size());
  return expects_continue && buffered() == 0 ? Step::kSendContinue : read_body_bytes();
}

RequestReader::Step RequestReader::read_body_bytes() {
  const BodyReader::Progress progress = body_->read(unread(), request_.body);
  consume(progress.used);
  if (progress.refusal != 0) return refuse(progress.refusal);
  return progress.done ? Step::kRequest : Step::kNeedMore;
}

api::Request RequestReader::take() {
  body_.reset();
  scanner_.reset();
  skipped_empty_line_ = false;
  return std::exchange(request_, {});
}

}  // namespace ledgate::infra::http_edge
