#pragma once

#include <string_view>

namespace ledgate::infra {

// As `ledgate --version` prints it and ServiceStarted records it.
std::string_view version();

}  // namespace ledgate::infra
