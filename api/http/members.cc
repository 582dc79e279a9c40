#include "api/http/members.h"

#include "api/http/ascii.h"

#include <nlohmann/json.hpp>

namespace ledgate::api {

Members::Members() = default;
Members::Members(nlohmann::json object, Source source)
    : object_(std::make_unique<nlohmann::json>(std::move(object))), source_(source) {}
Members::Members(Members&&) noexcept = default;
Members& Members::operator=(Members&&) noexcept = default;
Members::~Members() = default;

bool Members::has(std::string_view name) const { return object_ && object_->contains(name); }

const nlohmann::json& Members::object() const {
  static const nlohmann::json none = nlohmann::json::object();
  return object_ ? *object_ : none;
}

std::string Members::text(std::string_view name) const {
  const auto member = object().find(name);
  return member != object().end() && member->is_string() ? member->get<std::string>() : std::string();
}

std::vector<std::string> Members::names() const {
  std::vector<std::string> names;
  for (const auto& member : object().items()) names.push_back(member.key());
  return names;
}

void Members::strip(std::string_view name) {
  if (!object_) return;
  const auto member = object_->find(name);
  if (member != object_->end() && member->is_string())
    *member = std::string(api::strip(member->get_ref<const std::string&>()));
}

}  // namespace ledgate::api
