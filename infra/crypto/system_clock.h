// The machine's clocks.
#pragma once

#include "commands/ports/clock.h"

namespace ledgate::infra {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t wall_us() const override;
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override;
};

}  // namespace ledgate::infra
