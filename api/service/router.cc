#include "api/service/router.h"

#include "api/service/routes.h"

#include <algorithm>

namespace ledgate::api {
namespace {

constexpr std::size_t index_of(Method method) { return static_cast<std::size_t>(method); }

}  // namespace

Router::Router(std::span<const Route> routes) {
  for (const Route& route : routes) {
    const std::size_t open = route.path.find('{');
    if (open == std::string_view::npos) {
      exact_[route.path].by_method[index_of(route.method)].push_back(&route);
      continue;
    }
    const std::string_view before = route.path.substr(0, open);
    const std::string_view after = route.path.substr(route.path.find('}') + 1);
    auto place =
        std::ranges::find_if(patterns_, [&](const Path& path) { return path.before == before && path.after == after; });
    if (place == patterns_.end()) place = patterns_.insert(patterns_.end(), Path{.before = before, .after = after});
    place->by_method[index_of(route.method)].push_back(&route);
  }
}

const Router::Path* Router::find(std::string_view path, std::string_view& parameter) const {
  if (const auto exact = exact_.find(path); exact != exact_.end()) return &exact->second;
  for (const Path& pattern : patterns_) {
    if (path.size() <= pattern.before.size() + pattern.after.size() || !path.starts_with(pattern.before) ||
        !path.ends_with(pattern.after))
      continue;
    parameter = path.substr(pattern.before.size(), path.size() - pattern.before.size() - pattern.after.size());
    if (parameter.find('/') == std::string_view::npos) return &pattern;
  }
  return nullptr;
}

std::string Router::allow_of(const Path& path) {
  std::string allow;
  for (const auto& rows : path.by_method) {
    if (rows.empty()) continue;
    allow += to_string(rows.front()->method);
    allow += rows.front()->method == Method::kGet ? ", HEAD, " : ", ";
  }
  return allow + "OPTIONS";
}

Router::Match Router::match(Method method, std::string_view path) const {
  Match match;
  const Path* found = find(path, match.parameter);
  if (found == nullptr) {
    match.envelope = &envelope_at(path);
    return match;
  }
  match.path_exists = true;
  const Method answered_as = method == Method::kHead ? Method::kGet : method;
  match.rows = found->by_method[index_of(answered_as)];
  std::span<const Route* const> shown = match.rows;
  if (shown.empty()) shown = *std::ranges::find_if(found->by_method, [](const auto& rows) { return !rows.empty(); });
  match.envelope = shown.size() == 1 ? shown.front()->envelope : &envelope_at(path);
  if (!match.rows.empty()) return match;
  match.allow = allow_of(*found);
  match.allowed = shown.front()->method;
  return match;
}

}  // namespace ledgate::api
