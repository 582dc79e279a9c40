// What became of a task that was offered to a bounded queue.
#pragma once

#include <cstdint>

namespace ledgate::api {

enum class Submitted : std::uint8_t { kYes, kFull, kStopping };

}  // namespace ledgate::api
