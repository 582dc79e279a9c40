// The route table: everything this service answers, in one list.
#pragma once

#include "api/contract/route.h"

#include <span>
#include <string_view>

namespace ledgate::api {

std::span<const Route> routes();

// How errors are worded at a path where no row matches, or before one is decided upon: by the family of products whose
// prefix it has.
const Envelope& envelope_at(std::string_view path);

}  // namespace ledgate::api
