// Cross-origin requests: an exact list of origins, or nothing.
#pragma once

#include "api/http/http.h"

#include <string>
#include <string_view>
#include <vector>

namespace ledgate::api {

// Immutable; any thread. An origin that is not on the list gets an ordinary answer without the headers, which its
// browser then withholds.
class Cors {
 public:
  explicit Cors(const std::vector<std::string>& origins) : origins_(origins) {}

  // For every answer.
  void allow(const Request& request, Response& response) const;
  // The answer to OPTIONS on a path with these methods; for a preflight of an origin on the list, with what it may
  // send.
  [[nodiscard]] Response options(const Request& request, std::string_view methods) const;

 private:
  [[nodiscard]] bool knows(const Request& request) const;
  const std::vector<std::string>& origins_;
};

}  // namespace ledgate::api
