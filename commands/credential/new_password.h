// The password policy as commands apply it.
#pragma once

#include "commands/core/services.h"
#include "domain/account/state.pb.h"
#include "domain/value/secret.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

// What a sealed value says, by the rows that are looked at; nullopt: it cannot be opened.
using OpenField = std::function<std::optional<std::string>(const state::v1::SealedField&)>;

// The policy's sentence against a new password of somebody with these (folded) names; nullopt when it is good.
std::optional<std::string> new_password_violation(const Services& services, const Secret<>& password,
                                                  std::string_view username, std::string_view email);

// The same about a new password of this account.
std::optional<std::string> new_password_violation(const Services& services, const Secret<>& password,
                                                  const OpenField& open, const state::v1::Account& account);

}  // namespace ledgate
