// Field tables: one small table per request or answer body, which drives validation, the 422 details and OpenAPI alike.
#pragma once

#include "api/answer/refusal.h"
#include "api/http/members.h"

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
  bool stripped = false;       // of a text: white space around it is dropped before anything is checked
};

struct Schema {
  std::string_view name;
  std::span<const Field> fields;
  bool closed = false;  // a member that is not named here is a fault, as always in a query; else it is ignored
  Checked (*rule)(const Members&) = nullptr;  // what no field can say; asked last, of members without faults
};

// Prepares what a request says for its handler: strips what is to be stripped, then refuses with every fault there is
// under the schema.
Checked admit_members(const Schema& schema, Members& members);

// A whole number from 0 to 2^63-1 in decimal, without sign or leading zeros.
std::optional<std::int64_t> parse_number(std::string_view text);

}  // namespace ledgate::api
