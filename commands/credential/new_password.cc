#include "commands/credential/new_password.h"

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

// As it is compared: folded. A name that today's rules no longer fold is compared as it stands.
std::string folded_name(const Services& services, const OpenField& open, const state::v1::SealedField& name) {
  const auto shown = open(name);
  return shown ? services.folder.fold(*shown).value_or(*shown) : std::string();
}

}  // namespace

std::optional<std::string> new_password_violation(const Services& services, const Secret<>& password,
                                                  std::string_view username, std::string_view email) {
  const std::string& plain = password.reveal();
  const std::array attributes{UserAttribute{.label = "username", .value = username},
                              UserAttribute{.label = "email address", .value = email}};
  return password_violation(ascii_lower(plain), services.folder.length(plain).value_or(plain.size()), attributes);
}

std::optional<std::string> new_password_violation(const Services& services, const Secret<>& password,
                                                  const OpenField& open, const state::v1::Account& account) {
  return new_password_violation(services, password, folded_name(services, open, account.username()),
                                folded_name(services, open, account.email()));
}

}  // namespace ledgate
