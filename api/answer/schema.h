// Field tables: one small table per request or answer body, which drives validation, the 422 details and OpenAPI alike.
#pragma once

#include "api/answer/refusal.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate::api {

struct Schema;

enum class Type : std::uint8_t { kString, kInteger, kBoolean, kObject, kArray, kAny };

struct Field {
  std::string_view name;
  Type type = Type::kString;
  bool required = true;
  bool nullable = false;
  bool secret = false;            // never shown: not in errors, not in examples
  std::size_t min = 0;            // code points of a string, or least value of an integer in a query
  std::size_t max = 0;            // 0: no bound
  std::string_view format = {};   // "uuid", "email", "date-time": for readers only
  std::string_view allowed = {};  // the only values, separated by spaces
  std::string_view about = {};
  const Schema* of = nullptr;  // members of an object, items of an array
};

struct Schema {
  std::string_view name;
  std::span<const Field> fields;
};

// Where an object comes from. Forms and queries have texts only, so an integer is one that is written as one; in a form
// an empty text counts as missing, since browsers send a field that was left blank.
enum class Source : std::uint8_t { kJson, kForm, kQuery };

// Every fault of `value` (an object) under the schema; members that the schema does not name are ignored, as the five
// products do.
std::vector<FieldFault> check(const Schema& schema, const nlohmann::json& value, Source source);

// Where they are not ignored: a fault for each of them.
std::vector<FieldFault> undeclared(const Schema& schema, const nlohmann::json& value, Source source);

// A whole number from 0 to 2^63-1 in decimal, without sign or leading zeros.
std::optional<std::int64_t> parse_number(std::string_view text);

// Members of a checked object.
std::string text_member(const nlohmann::json& object, std::string_view name);  // empty when it is absent or null

}  // namespace ledgate::api
