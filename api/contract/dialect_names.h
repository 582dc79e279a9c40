// What a dialect is called in answers and in the trail.
#pragma once

#include "domain/journal.pb.h"

#include <string_view>

namespace ledgate::api {

constexpr std::string_view dialect_name(journal::v1::Dialect dialect) {
  switch (dialect) {
    case journal::v1::DIALECT_LIBREPHOTOS:
      return "librephotos";
    case journal::v1::DIALECT_IMAGOR_STUDIO:
      return "imagor_studio";
    case journal::v1::DIALECT_NDASTRO:
      return "ndastro";
    case journal::v1::DIALECT_BOOK_CORNERS:
      return "book_corners";
    case journal::v1::DIALECT_LIGHTNOVEL_CRAWLER:
      return "lightnovel_crawler";
    default:
      return "native";
  }
}

}  // namespace ledgate::api
