// Integers as keys: big-endian, so that the order of bytes is the order of numbers. Negative times do not occur.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ledgate {

template <class Int>
std::string big_endian(Int number) {
  std::string bytes(sizeof(Int), '\0');
  for (std::size_t i = 0; i < sizeof(Int); ++i) {
    bytes[i] =
        static_cast<char>(static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> (8 * (sizeof(Int) - 1 - i))));
  }
  return bytes;
}

template <class Int>
Int from_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < sizeof(Int) && i < bytes.size(); ++i)
    number = (number << 8) | static_cast<std::uint8_t>(bytes[i]);
  return static_cast<Int>(number);
}

}  // namespace ledgate
