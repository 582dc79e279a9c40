// The strict JSON reader: whatever it accepts must be an object that survives being written and read again.
#include "api/http/json.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = ledgate::api::parse_json_object({reinterpret_cast<const char*>(data), size});
  if (!read) return 0;
  if (!read->is_object()) std::abort();
  const auto again = ledgate::api::parse_json_object(read->dump());
  if (!again || *again != *read) std::abort();
  return 0;
}
