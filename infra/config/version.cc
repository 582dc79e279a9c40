#include "infra/config/version.h"

namespace ledgate::infra {

std::string_view version() { return LEDGATE_VERSION; }

}  // namespace ledgate::infra
