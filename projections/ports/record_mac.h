// Authenticates journal records under the keyring, so that a foreign or altered record is refused alike on every node.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ledgate {

using Mac = std::array<std::uint8_t, 16>;

// Any thread. Keyed BLAKE2b-128 under a key derived from the keyring's root, which never rotates.
class RecordMac {
 public:
  virtual ~RecordMac() = default;
  [[nodiscard]] virtual Mac tag(std::string_view bytes) const = 0;
};

}  // namespace ledgate
