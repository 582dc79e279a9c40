// Files of the API pages, embedded by cmake/pages.cmake. None when the build had no network.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace ledgate::api {

struct PageFile {
  std::string_view name;  // the last segment of its path
  std::string_view content_type;
  std::string_view bytes;
};
std::span<const PageFile> page_files();

}  // namespace ledgate::api
