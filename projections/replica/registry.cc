#include "projections/replica/registry.h"

#include "projections/models/accounts.h"
#include "projections/models/api_tokens.h"
#include "projections/models/audit.h"
#include "projections/models/directory.h"
#include "projections/models/idempotency.h"
#include "projections/models/limits.h"
#include "projections/models/one_time.h"
#include "projections/models/outbox.h"
#include "projections/models/referrals.h"
#include "projections/models/sessions.h"
#include "projections/models/signing_keys.h"

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
  projections.push_back(std::make_unique<OneTimeProjection>());
  projections.push_back(std::make_unique<ApiTokensProjection>());
  projections.push_back(std::make_unique<OutboxProjection>());
  projections.push_back(std::make_unique<ReferralsProjection>());
  return projections;
}

}  // namespace ledgate
