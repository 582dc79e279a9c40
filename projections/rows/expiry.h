// Rows that end: an index by due time, and its purge on ticks.
#pragma once

#include "domain/value/ids.h"
#include "projections/rows/rows.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace ledgate {

// How many rows one tick may purge from one index. A tick that reaches it leaves a backlog, and the next tick comes
// sooner.
inline constexpr std::size_t kPurgeRowsPerTick = 10'000;

// Files `key` under `due_ms`.
void schedule_expiry(Rows& rows, Table index, std::int64_t due_ms, std::string_view key);

// Takes what is due at `now` out of the index, oldest first, bounded, and hands each key to `expire`.
void purge_due(Rows& rows, Table index, LogTime now, const std::function<void(std::string_view key)>& expire);

}  // namespace ledgate
