// Names of threads, as top, gdb and perf show them.
#pragma once

#include <cstddef>
#include <string>

namespace ledgate {

// Names the calling thread "ldg-…"; what goes beyond the kernel's 15 characters is cut off.
void name_this_thread(const std::string& purpose);
// One of several with the same purpose.
void name_this_thread(const std::string& purpose, std::size_t number);

}  // namespace ledgate
