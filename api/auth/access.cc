#include "api/auth/access.h"

#include <array>

namespace ledgate::api {
namespace {

struct Named {
  Scope scope;
  std::string_view name;
};
constexpr std::array kScopes{Named{Scope::kRead, "read"}, Named{Scope::kWrite, "write"}, Named{Scope::kAdmin, "admin"},
                             Named{Scope::kAudit, "audit"}};

}  // namespace

std::optional<Scope> parse_scope(std::string_view text) {
  if (text == "edit") return Scope::kWrite;
  for (const Named& named : kScopes) {
    if (named.name == text) return named.scope;
  }
  return std::nullopt;
}

std::string_view role_name(journal::v1::Role role) {
  switch (role) {
    case journal::v1::ROLE_ADMIN:
      return "admin";
    case journal::v1::ROLE_AUDITOR:
      return "auditor";
    case journal::v1::ROLE_USER:
      return "user";
    case journal::v1::ROLE_GUEST:
      return "guest";
    default:
      return "unknown";
  }
}

std::optional<journal::v1::Role> parse_role(std::string_view text) {
  for (const auto role : {journal::v1::ROLE_USER, journal::v1::ROLE_AUDITOR, journal::v1::ROLE_ADMIN}) {
    if (role_name(role) == text) return role;
  }
  return std::nullopt;
}

Scopes Scopes::of(journal::v1::Role role) {
  switch (role) {
    case journal::v1::ROLE_ADMIN:
      return {Scope::kRead, Scope::kWrite, Scope::kAdmin};
    case journal::v1::ROLE_AUDITOR:
      return {Scope::kRead, Scope::kAudit};
    case journal::v1::ROLE_USER:
      return {Scope::kRead, Scope::kWrite};
    case journal::v1::ROLE_GUEST:
      return {Scope::kRead};
    default:
      return {};  // protobuf's sentinels: a role that this version does not know may do nothing
  }
}

bool Scopes::allow(Scope wanted) const { return has(wanted) || (wanted == Scope::kAudit && has(Scope::kAdmin)); }

std::vector<std::string_view> Scopes::names() const {
  std::vector<std::string_view> out;
  for (const Named& named : kScopes) {
    if (has(named.scope)) out.push_back(named.name);
  }
  return out;
}

std::string Scopes::text() const {
  std::string out;
  for (const std::string_view name : names()) {
    if (!out.empty()) out += ' ';
    out += name;
  }
  return out;
}

std::string_view access_name(Access access) {
  switch (access) {
    case Access::kPublic:
      return "public";
    case Access::kOneTimeToken:
      return "one_time_token";
    case Access::kAuthenticated:
      return "authenticated";
    case Access::kAccount:
      return "account";
    case Access::kRead:
      return "read";
    case Access::kWrite:
      return "write";
    case Access::kAudit:
      return "audit";
    case Access::kAdmin:
      return "admin";
    case Access::kMetricsNetwork:
      return "metrics_network";
  }
  return "unknown";
}

}  // namespace ledgate::api
