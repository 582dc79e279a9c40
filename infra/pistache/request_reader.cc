#include "infra/pistache/request_reader.h"

#include "infra/pistache/message_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <utility>

namespace ledgate::infra::pistache {
namespace {

// What may wait for its line end inside a body: a chunk's size and extension, or all trailers.
constexpr std::size_t kPendingLineLimit = 4096;
// A buffer that grew for a body is given back when it is empty; thousands of idle connections would otherwise keep
// theirs.
constexpr std::size_t kKeptCapacity = 4096;

// Chunks may cost a client eight bytes for every byte of content, beyond which it only wants to keep us busy.
std::size_t raw_body_limit(const RequestLimits& limits) { return 8 * limits.body + 2 * kPendingLineLimit; }

}  // namespace

RequestReader::RequestReader(const RequestLimits& limits) : limits_(limits), scanner_(limits) {}
RequestReader::~RequestReader() = default;

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

RequestReader::Step RequestReader::advance() { return parser_ ? read_message(0) : read_head_bytes(); }

RequestReader::Step RequestReader::read_head_bytes() {
  // One empty line before a request is what some old clients send after a body (RFC 9112 §2.2).
  if (!skipped_empty_line_ && unread().starts_with("\r\n")) {
    skipped_empty_line_ = true;
    consume(2);
  }
  if (buffered() == 0 || unread() == "\r") return Step::kNeedMore;
  const HeadScanner::Progress progress = scanner_.advance(unread());
  if (progress.refusal != 0) return refuse(progress.refusal);
  return progress.size == 0 ? Step::kNeedMore : begin_message(unread().substr(0, progress.size));
}

RequestReader::Step RequestReader::begin_message(std::string_view head) {
  Head facts;
  const int refusal = read_head(head, limits_, facts);
  http11_ = facts.http11;
  keep_alive_ = facts.keep_alive;
  request_ = {.method = facts.method,
              .path = std::string(facts.target.path),
              .query = std::string(facts.target.query),
              .request_id = std::string(facts.request_id)};
  if (refusal != 0) return refuse(refusal);

  const bool body_follows = facts.chunked || facts.content_length.value_or(0) > 0;
  continue_due_ = facts.expects_continue && body_follows && buffered() == head.size();
  parser_ = std::make_unique<MessageParser>(request_, limits_);
  raw_body_ = 0;
  const Step step = read_message(head.size());
  if (step != Step::kRefused && (parser_->chunked() != facts.chunked ||
                                 parser_->content_length().value_or(0) != facts.content_length.value_or(0))) {
    return refuse(400);
  }
  return step;
}

RequestReader::Step RequestReader::read_message(std::size_t head_size) {
  const std::string_view bytes = unread();
  if (bytes.empty()) return Step::kNeedMore;
  boost::beast::error_code error;
  const std::size_t used = parser_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  raw_body_ += used - std::min(used, head_size);
  consume(used);
  if (error && error != boost::beast::http::error::need_more) return refuse(parser_->refusal());
  if (!parser_->is_done()) {
    if (!parser_->is_header_done() || buffered() > kPendingLineLimit) return refuse(400);
    if (raw_body_ > raw_body_limit(limits_)) return refuse(413);
    if (!continue_due_) return Step::kNeedMore;
    continue_due_ = false;
    return Step::kSendContinue;
  }
  return Step::kRequest;
}

api::Request RequestReader::take() {
  parser_.reset();
  scanner_.reset();
  skipped_empty_line_ = false;
  return std::exchange(request_, {});
}

}  // namespace ledgate::infra::pistache
