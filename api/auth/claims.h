// Claims of a token, read strictly: a claim of the wrong type is as bad as one that is missing.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate::api {

inline std::optional<std::string> text_claim(const nlohmann::json& claims, std::string_view name) {
  const auto claim = claims.find(name);
  if (claim == claims.end() || !claim->is_string()) return std::nullopt;
  return claim->get<std::string>();
}

// A whole number from 0 to 2^63-1, written as one.
inline std::optional<std::int64_t> number_claim(const nlohmann::json& claims, std::string_view name) {
  const auto claim = claims.find(name);
  if (claim == claims.end() || !claim->is_number_unsigned()) return std::nullopt;
  const auto number = claim->get<std::uint64_t>();
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

template <class IdType>
std::optional<IdType> id_claim(const nlohmann::json& claims, std::string_view name) {
  const auto text = text_claim(claims, name);
  return text ? IdType::parse(*text) : std::nullopt;
}

}  // namespace ledgate::api
