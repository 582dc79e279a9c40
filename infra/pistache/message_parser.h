// Boost.Beast's parser, filling an api::Request. Used by RequestReader only, on heads that were scanned before.
#pragma once

#include "api/http.h"
#include "infra/pistache/head_scan.h"

#include <boost/beast/core/error.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>

namespace ledgate::infra::pistache {

class MessageParser final : public boost::beast::http::basic_parser<true> {
 public:
  MessageParser(api::Request& request, const RequestLimits& limits);

  // The status for an error that put() returned.
  [[nodiscard]] int refusal() const { return refusal_; }

 private:
  using string_view = boost::beast::string_view;
  using error_code = boost::beast::error_code;
  using field = boost::beast::http::field;

  void on_request_impl(boost::beast::http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(field name, string_view name_string, string_view value, error_code& ec) override;
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& content_length, error_code& ec) override;
  std::size_t on_body_impl(string_view body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  void take_trailer(field name, std::size_t size, error_code& ec);
  void fail(int status, error_code& ec);

  api::Request& request_;
  const std::size_t body_limit_;
  std::size_t trailer_bytes_ = 0;
  bool in_trailer_ = false;
  int refusal_ = 400;
};

}  // namespace ledgate::infra::pistache
