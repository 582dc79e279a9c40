// Whom a path or a filter names.
#pragma once

#include "domain/value/ids.h"
#include "projections/ports/kv.h"

#include <optional>
#include <string_view>

namespace ledgate::api {

// By UUID, or by number. nullopt: it is neither, or nobody has that number.
std::optional<UserId> find_user(const KvReader& rows, std::string_view text);

}  // namespace ledgate::api
