// Why a node should get no requests, found from what it knows about itself.
#pragma once

#include "domain/value/ids.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ledgate::infra {

// Each a slug and a sentence, as /readyz shows them; empty: nothing. Any thread.

// `wall_ms`: this node's clock, milliseconds since 1970; `log_time`: of what was applied last. A log that is silent
// falls behind any clock, so it is being behind the log that tells of a clock that was set wrong.
std::vector<std::string> clock_reasons(std::int64_t wall_ms, LogTime log_time);

// `end`: how many records the journal has; `applied`: the position of the last one that this node has applied.
std::vector<std::string> lag_reasons(Position end, Position applied);

std::vector<std::string> disk_reasons(const std::filesystem::path& data);

}  // namespace ledgate::infra
