// Waiting on fibers: what waits in one leaves its thread to others.
#pragma once

#include "projections/ports/waiting.h"

namespace ledgate::infra {

// In a fiber of a FiberLoop, waiting suspends the fiber; on any other thread it blocks the thread. Bodies that are
// started on a loop's thread become fibers of it.
Waiting& fiber_waiting();

}  // namespace ledgate::infra
