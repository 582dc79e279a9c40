#include "commands/credential/new_password.h"

#include "commands/credential/password_rules.h"

namespace ledgate {
namespace {

// As it is compared: folded.
std::string folded_name(const Services& services, const OpenField& open, const state::v1::SealedField& name) {
  const auto shown = open(name);
  return shown ? services.folder.fold(*shown).value_or(std::string()) : std::string();
}

}  // namespace

std::optional<std::string> new_password_violation(const Services& services, const OpenField& open,
                                                  const state::v1::Account& account, const Secret<>& password) {
  return judge_password(services, password, folded_name(services, open, account.username()),
                        folded_name(services, open, account.email()));
}

}  // namespace ledgate
