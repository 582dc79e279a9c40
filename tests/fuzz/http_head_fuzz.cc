// The framing of requests under any bytes: no crash, no unbounded buffer, the same requests and the same refusal in
// whatever pieces the bytes arrive, and every request that comes out keeps what api::Request promises.
#include "infra/http_edge/request_reader.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using ledgate::api::Request;
using ledgate::infra::http_edge::RequestLimits;
using ledgate::infra::http_edge::RequestReader;
using Step = RequestReader::Step;

constexpr RequestLimits kLimits{.head = 2048, .target = 512, .headers = 20, .body = 1024};

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const Request& request) {
  const std::string& path = request.path;
  require(path.starts_with('/') && path.find("//") == std::string::npos && path.find('\\') == std::string::npos);
  require(("/" + path + "/").find("/./") == std::string::npos && ("/" + path + "/").find("/../") == std::string::npos);
  require(path.size() + request.query.size() <= kLimits.target);
  require(request.body.size() <= kLimits.body && request.headers.size() <= kLimits.headers);
  for (const auto& header : request.headers) {
    require(!header.name.empty() && header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
}

// What came out, in a form that can be compared.
std::string read_all(std::string_view bytes, std::size_t piece) {
  RequestReader reader(kLimits);
  std::string seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.append(bytes.substr(at, piece));
    for (Step step = reader.advance(); step != Step::kNeedMore; step = reader.advance()) {
      if (step == Step::kRefused) return seen + "!" + std::to_string(reader.refusal() / 100);
      if (step != Step::kRequest) continue;
      const Request request = reader.take();
      check(request);
      seen +=
          request.path + "?" + request.query + "|" + request.body + "|" + std::to_string(request.headers.size()) + "\n";
    }
    require(reader.buffered() <= 4096 + piece + kLimits.head);
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = read_all(bytes, size);
  require(read_all(bytes, 1) == whole);
  require(read_all(bytes, 1 + size / 3) == whole);
  return 0;
}
