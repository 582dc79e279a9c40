// Pistache as it comes, to show that the faults that the edge keeps away from us are really there. If one of them is
// gone in a later version, the test that says so fails, and the edge may be made simpler.
#pragma once

#include <cstdint>
#include <memory>

namespace ledgate::edge_test {

// Pistache's own HTTP server on a free port; it answers 200 with the request's path and body to everything.
class StockPistache {
 public:
  StockPistache();
  ~StockPistache();
  [[nodiscard]] std::uint16_t port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ledgate::edge_test
