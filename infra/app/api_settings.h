// What the API is told of the settings.
#pragma once

#include "api/contract/context.h"
#include "infra/config/settings.h"

namespace ledgate::infra {

api::ApiSettings api_settings(const Settings& settings);

}  // namespace ledgate::infra
