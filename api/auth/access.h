// Who may: scopes, the roles that have them, and what a route asks for.
#pragma once

#include "domain/journal.pb.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate::api {

enum class Scope : std::uint8_t { kRead = 1, kWrite = 2, kAdmin = 4, kAudit = 8 };

// "edit" is what imagor-studio calls `write`.
std::optional<Scope> parse_scope(std::string_view text);
std::string_view role_name(journal::v1::Role role);  // "user", "auditor", "admin", "guest"
// Of a role that an account may have.
std::optional<journal::v1::Role> parse_role(std::string_view text);

// A set of scopes.
class Scopes {
 public:
  constexpr Scopes() = default;
  constexpr Scopes(std::initializer_list<Scope> scopes) {
    for (const Scope scope : scopes) bits_ = static_cast<std::uint8_t>(bits_ | static_cast<std::uint8_t>(scope));
  }
  static Scopes of(journal::v1::Role role);

  // An administrator may also do what asks for `audit`.
  [[nodiscard]] bool allow(Scope wanted) const;
  [[nodiscard]] bool has(Scope scope) const { return (bits_ & static_cast<std::uint8_t>(scope)) != 0; }
  [[nodiscard]] std::vector<std::string_view> names() const;  // in fixed order
  [[nodiscard]] std::string text() const;                     // "read write"

 private:
  std::uint8_t bits_ = 0;
};

// What a route asks of its caller.
enum class Access : std::uint8_t {
  kPublic,         // nothing: credentials are not even looked at
  kOneTimeToken,   // one from a mail stands where others have their Bearer token; its command judges it
  kAuthenticated,  // anybody with good credentials
  kAccount,        // the same, but no guests: they have no account. Needs the scope `read`, as every role has it
  kRead,
  kWrite,
  kAudit,
  kAdmin,
  kMetricsNetwork,  // the client's address decides; to others the route does not exist
};

constexpr std::optional<Scope> scope_of(Access access) {
  switch (access) {
    case Access::kRead:
      return Scope::kRead;
    case Access::kWrite:
      return Scope::kWrite;
    case Access::kAudit:
      return Scope::kAudit;
    case Access::kAdmin:
      return Scope::kAdmin;
    default:
      return std::nullopt;
  }
}

// Whether a route is for known callers only.
constexpr bool wants_principal(Access access) {
  return access == Access::kAuthenticated || access == Access::kAccount || scope_of(access).has_value();
}

std::string_view access_name(Access access);

// Which credentials a route looks at.
struct CredentialKinds {
  bool bearer = true;
  bool basic = false;
  bool cookie = false;  // `jwt`, on GET and HEAD only: it is ambient
};

}  // namespace ledgate::api
