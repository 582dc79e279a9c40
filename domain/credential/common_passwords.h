#pragma once

#include <string_view>

namespace ledgate {

// The list of domain/credential/common_passwords.txt: lower-cased, sorted by bytes, each line ended by '\n'.
std::string_view common_passwords();

}  // namespace ledgate
