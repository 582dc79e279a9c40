// What a dialect is called in answers and in the trail.
#pragma once

#include "domain/events.pb.h"

#include <string_view>

namespace ledgate::api {

constexpr std::string_view dialect_name(journal::v1::Dialect dialect) {
  switch (dialect) {
    case journal::v1::DIALECT_000:
      return "000";
    case journal::v1::DIALECT_001:
      return "001";
    case journal::v1::DIALECT_002:
      return "002";
    case journal::v1::DIALECT_003:
      return "003";
    case journal::v1::DIALECT_004:
      return "004";
    default:
      return "native";
  }
}

}  // namespace ledgate::api
