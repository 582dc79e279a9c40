// The request target: which ones reach the service at all. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace ledgate::infra::http_edge {

struct Target {
  std::string_view path;
  std::string_view query;  // without '?'
};

// The parts of a target in origin or absolute form, undecoded, or nothing where it is not one that the service may see:
// the path starts with '/', has no "//" and no "." or ".." segment, plain or escaped, and its escapes decode to UTF-8
// without controls, slashes and backslashes. A path therefore means the same to us, to the proxy before us and to
// whoever reads the audit trail. The query is only checked for its characters.
std::optional<Target> parse_target(std::string_view target);

// uri-host [":" port], without user information and without an empty name.
bool is_host(std::string_view host);

}  // namespace ledgate::infra::http_edge
