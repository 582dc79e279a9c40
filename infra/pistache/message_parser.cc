#include "infra/pistache/message_parser.h"

#include <boost/beast/http/error.hpp>

namespace ledgate::infra::pistache {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kChunkExtensionLimit = 256;  // bytes of one chunk; nobody is known to use any
constexpr std::size_t kTrailerLimit = 4096;        // bytes of all trailers, which are read and dropped
constexpr std::uint64_t kSaneChunk = UINT32_MAX;   // a larger one is an attack and no upload

}  // namespace

MessageParser::MessageParser(api::Request& request, const RequestLimits& limits)
    : request_(request), body_limit_(limits.body) {
  eager(true);
  header_limit(static_cast<std::uint32_t>(limits.head) + 1);
  basic_parser::body_limit(UINT64_MAX);  // checked here, so that every limit is ours
}

void MessageParser::fail(int status, error_code& ec) {
  refusal_ = status;
  ec = http::error::bad_value;
}

void MessageParser::on_field_impl(field name, string_view name_string, string_view value, error_code& ec) {
  if (in_trailer_) return take_trailer(name, name_string.size() + value.size(), ec);
  request_.headers.push_back(
      {std::string(name_string.data(), name_string.size()), std::string(value.data(), value.size())});
}

void MessageParser::take_trailer(field name, std::size_t size, error_code& ec) {
  trailer_bytes_ += size;
  const bool about_framing = name == field::content_length || name == field::transfer_encoding || name == field::host;
  if (about_framing || trailer_bytes_ > kTrailerLimit) fail(400, ec);
}

void MessageParser::on_body_init_impl(const boost::optional<std::uint64_t>& content_length, error_code& ec) {
  if (!content_length) return;
  if (*content_length > body_limit_) return fail(413, ec);
  request_.body.reserve(static_cast<std::size_t>(*content_length));
}

std::size_t MessageParser::on_body_impl(string_view body, error_code&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

void MessageParser::on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) {
  in_trailer_ = size == 0;
  if (extensions.size() > kChunkExtensionLimit || size > kSaneChunk) return fail(400, ec);
  if (size > body_limit_ - request_.body.size()) fail(413, ec);
}

std::size_t MessageParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

}  // namespace ledgate::infra::pistache
