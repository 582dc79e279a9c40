#include "infra/http_edge/beast_head.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <cstdint>

namespace ledgate::infra::http_edge {
namespace {

namespace beast = boost::beast;

// Most requests have fewer; one allocation then does.
constexpr std::size_t kUsualHeaders = 12;

class HeadParser final : public beast::http::basic_parser<true> {
 public:
  HeadParser(std::vector<api::Header>& out, std::size_t head_size) : out_(out) {
    header_limit(static_cast<std::uint32_t>(head_size) + 1);
    body_limit(UINT64_MAX);
  }

 private:
  using error_code = beast::error_code;
  using string_view = beast::string_view;

  void on_field_impl(beast::http::field, string_view name, string_view value, error_code&) override {
    out_.push_back({std::string(name.data(), name.size()), std::string(value.data(), value.size())});
  }

  void on_request_impl(beast::http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  std::vector<api::Header>& out_;
};

}  // namespace

bool read_headers(std::string_view head, const Head& scanned, std::vector<api::Header>& out) {
  out.reserve(kUsualHeaders);
  HeadParser parser(out, head.size());
  beast::error_code error;
  const std::size_t used = parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
  return !error && used == head.size() && parser.is_header_done() && parser.chunked() == scanned.chunked &&
         parser.content_length().value_or(0) == scanned.content_length.value_or(0);
}

}  // namespace ledgate::infra::http_edge
