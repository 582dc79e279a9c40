// Progress of long work, for people: a line on stderr now and then, with the rate.
#pragma once

#include "domain/value/ids.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace ledgate::infra {

// One thread.
class Progress {
 public:
  // `what`: "applying the journal". `end`: the position after the last one; what takes less than a second prints
  // nothing.
  Progress(std::string what, Position begin, Position end);
  void at(Position position);
  void finish(Position position);

 private:
  void print(Position position, std::chrono::steady_clock::time_point now) const;

  const std::string what_;
  const std::uint64_t begin_;
  const std::uint64_t end_;
  const std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point printed_;
  bool visible_ = false;
};

}  // namespace ledgate::infra
