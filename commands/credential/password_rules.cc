#include "commands/credential/password_rules.h"

#include "domain/credential/password_policy.h"

#include <array>

namespace ledgate {
namespace {

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

std::optional<std::string> judge_password(const Services& services, const Secret<>& password, std::string_view username,
                                          std::string_view email) {
  const std::string& plain = password.reveal();
  const std::array attributes{UserAttribute{.label = "username", .value = username},
                              UserAttribute{.label = "email address", .value = email}};
  return password_violation(ascii_lower(plain), services.folder.length(plain).value_or(plain.size()), attributes);
}

}  // namespace ledgate
