#include "projections/registry.h"

#include "projections/accounts.h"
#include "projections/audit.h"
#include "projections/directory.h"
#include "projections/idempotency.h"
#include "projections/limits.h"
#include "projections/sessions.h"
#include "projections/signing_keys.h"

namespace ledgate {

std::vector<std::unique_ptr<Projection>> make_projections() {
  std::vector<std::unique_ptr<Projection>> projections;
  projections.push_back(std::make_unique<AccountsProjection>());
  projections.push_back(std::make_unique<SessionsProjection>());
  projections.push_back(std::make_unique<DirectoryProjection>());
  projections.push_back(std::make_unique<AuditProjection>());
  projections.push_back(std::make_unique<LimitsProjection>());
  projections.push_back(std::make_unique<IdempotencyProjection>());
  projections.push_back(std::make_unique<SigningKeysProjection>());
  return projections;
}

}  // namespace ledgate
