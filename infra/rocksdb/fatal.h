// What both stores do when going on would mean to lie.
#pragma once

#include <functional>
#include <string_view>

namespace ledgate::infra {

// Gets one line for the operator. It is expected not to return; where it does (in a test), the store answers nothing
// but errors from then on.
using FatalHandler = std::function<void(std::string_view line)>;

// Calls `handler`; without one, prints the line to stderr and ends the process at once with status 70, without
// destructors: memory may not be written to a disk that has just failed.
void stop_process(const FatalHandler& handler, std::string_view line);

}  // namespace ledgate::infra
