// A closed-loop HTTP client for benchmarks: one connection, kept alive; sends its next request when the last one is
// answered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ledgate::bench {

struct Answer {
  int status = 0;
  std::string body;
};

// One thread. Only 127.0.0.1. A broken connection ends the program: a benchmark with errors measures nothing.
class Client {
 public:
  explicit Client(std::uint16_t port);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Answer get(std::string_view path, std::string_view bearer = {});
  Answer post(std::string_view path, std::string_view content_type, std::string_view body,
              std::string_view bearer = {});

 private:
  Answer exchange(const std::string& request);
  int socket_;
  std::string received_;
};

// The text between `before` and the next quotation mark; empty when it is not there.
std::string extract(std::string_view text, std::string_view before);

}  // namespace ledgate::bench
