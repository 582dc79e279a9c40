// Whether an account may have a password.
#pragma once

#include "commands/core/services.h"
#include "domain/account/state.pb.h"
#include "domain/value/secret.h"

#include <functional>
#include <optional>
#include <string>

namespace ledgate {

// What a sealed value says, by the rows that are looked at; nullopt: it cannot be opened.
using OpenField = std::function<std::optional<std::string>(const state::v1::SealedField&)>;

// The policy's sentence about a new password of this account; nullopt when it is good.
std::optional<std::string> new_password_violation(const Services& services, const OpenField& open,
                                                  const state::v1::Account& account, const Secret<>& password);

}  // namespace ledgate
