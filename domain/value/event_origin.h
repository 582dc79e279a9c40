// Where an event stands in the log: what evolve functions know besides the event.
#pragma once

#include "domain/value/ids.h"

#include <cstdint>
#include <string_view>

namespace ledgate {

// Views into the transaction being applied.
struct EventOrigin {
  Position position{};
  LogTime time;                     // log time of the record
  std::int64_t at_us = 0;           // the writer's clock, microseconds
  std::string_view transaction_id;  // 16 bytes
  std::uint32_t event_index = 0;
};

}  // namespace ledgate
