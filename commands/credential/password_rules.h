// The password policy as commands apply it.
#pragma once

#include "commands/core/services.h"
#include "domain/value/secret.h"

#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

// The policy's sentence against a new password of somebody with these (folded) names; nullopt when it is good.
std::optional<std::string> judge_password(const Services& services, const Secret<>& password, std::string_view username,
                                          std::string_view email);

}  // namespace ledgate
