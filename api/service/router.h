// Finds the rows of a path. Bytes are compared exactly; nothing is decoded or normalised, so no two spellings reach
// the same route.
#pragma once

#include "api/contract/route.h"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ledgate::api {

// Immutable once made; any thread. The rows outlive it.
class Router {
 public:
  explicit Router(std::span<const Route> routes);

  struct Match {
    std::span<const Route* const> rows;  // one, or those that share the path; none: no such path, or (path_exists) not
                                         // with this method
    std::string_view parameter;          // into the path that was asked for
    bool path_exists = false;
    const Envelope* envelope = nullptr;  // how errors are worded until one row is decided upon
    std::string allow;                   // where there are no rows but a path: the methods it has, for Allow
    Method allowed{};                    // the same: the first of them
  };
  [[nodiscard]] Match match(Method method, std::string_view path) const;

 private:
  static constexpr std::size_t kMethods = 7;
  struct Path {
    std::string_view before;  // of a pattern: what stands before and after its parameter
    std::string_view after;
    std::array<std::vector<const Route*>, kMethods> by_method{};
  };
  static std::string allow_of(const Path& path);
  [[nodiscard]] const Path* find(std::string_view path, std::string_view& parameter) const;

  std::unordered_map<std::string_view, Path> exact_;
  std::vector<Path> patterns_;
};

}  // namespace ledgate::api
