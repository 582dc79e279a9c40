#include "domain/value/secret.h"

#include <cstring>

namespace ledgate {

void wipe(void* data, std::size_t size) {
  if (size == 0) return;
  std::memset(data, 0, size);
  __asm__ __volatile__("" : : "r"(data) : "memory");
}

}  // namespace ledgate
