#include "commands/new_password.h"

#include "commands/subject_keys.h"
#include "domain/password_policy.h"

#include <array>

namespace ledgate {
namespace {

// As it is compared: folded.
std::string folded_name(const Services& services, const KvReader& rows, const state::v1::Kept& name) {
  const auto shown = services.subject_keys.open(rows, name);
  return shown ? services.folder.fold(*shown).value_or(std::string()) : std::string();
}

std::string ascii_lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

std::optional<std::string> new_password_violation(const Services& services, const KvReader& rows,
                                                  const state::v1::Account& account, const Secret<>& password) {
  const std::string username = folded_name(services, rows, account.username());
  const std::string email = folded_name(services, rows, account.email());
  const std::array attributes{UserAttribute{.label = "username", .value = username},
                              UserAttribute{.label = "email address", .value = email}};
  const std::string& plain = password.reveal();
  return password_violation(ascii_lower(plain), services.folder.length(plain).value_or(plain.size()), attributes);
}

}  // namespace ledgate
