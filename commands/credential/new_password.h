// Whether an account may have a password.
#pragma once

#include "commands/core/services.h"
#include "domain/account/state.pb.h"
#include "domain/value/secret.h"

#include <optional>
#include <string>

namespace ledgate {

// The policy's sentence about a new password of this account; nullopt when it is good.
std::optional<std::string> new_password_violation(const Services& services, const KvReader& rows,
                                                  const state::v1::Account& account, const Secret<>& password);

}  // namespace ledgate
