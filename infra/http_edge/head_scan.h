// The strict look at a request head, before any parser sees it. What is refused here is what servers and proxies are
// known to disagree about, which is how requests are smuggled. Pure: bytes in, verdict out; every byte is looked at a
// bounded number of times however it arrives.
#pragma once

#include "api/http/http.h"
#include "infra/http_edge/target.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ledgate::infra::http_edge {

struct RequestLimits {
  std::size_t head = 16 * 1024;   // bytes with the request line and the empty line
  std::size_t target = 8 * 1024;  // bytes
  std::size_t headers = 100;      // lines
  std::size_t body = 64 * 1024;   // bytes, de-chunked
};

// What the edge itself needs of an accepted head. The views point into the scanned bytes.
struct Head {
  api::Method method = api::Method::kGet;
  Target target;
  bool http11 = false;
  bool keep_alive = false;
  bool chunked = false;
  bool expects_continue = false;
  std::optional<std::uint64_t> content_length;
  std::string_view request_id;  // the client's, where there is exactly one that may be used
};

// Finds the end of a head that arrives in pieces, refusing it as early as can be. One scanner per head; reset() between
// them.
class HeadScanner {
 public:
  struct Progress {
    int refusal = 0;       // the status to refuse with, or 0
    std::size_t size = 0;  // of the complete head; 0 while more bytes are needed
  };

  explicit HeadScanner(const RequestLimits& limits) : limits_(limits) {}

  // `bytes` starts where the head starts and is what came before plus what is new.
  Progress advance(std::string_view bytes);
  void reset();

 private:
  int refusal_of_line(std::string_view line) const;

  RequestLimits limits_;
  std::size_t scanned_ = 0;
  std::size_t line_start_ = 0;
  std::size_t lines_ = 0;
};

// Fills `out` from one complete head (up to and with the empty line) that a HeadScanner let through. Returns the status
// to refuse with, or 0. On a refusal the fields that were read before stand in `out`, the target among them when the
// request line was good.
int read_head(std::string_view head, const RequestLimits& limits, Head& out);

// The path of a head that is refused before it is complete, when its request line is good; else empty.
std::string_view readable_path(std::string_view bytes, const RequestLimits& limits);

}  // namespace ledgate::infra::http_edge
