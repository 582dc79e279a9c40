// Counts and times answered requests, and logs those that matter.
#pragma once

#include "api/contract/context.h"
#include "infra/observe/metrics.h"

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ledgate::infra {

// Any thread after construction; no lock on the way of a request.
class RequestObserver {
 public:
  explicit RequestObserver(Metrics& metrics);
  void operator()(const api::Answered& answered);

 private:
  static constexpr std::size_t kStatusClasses = 5;  // 1xx to 5xx
  struct Series {
    std::array<Counter, kStatusClasses> answers;
    bool is_command = false;
  };
  Series& series_of(std::string_view operation);

  std::unordered_map<std::string_view, Series> operations_;  // keys live in the route table
  Series unrouted_;
  Histogram duration_;
};

}  // namespace ledgate::infra
