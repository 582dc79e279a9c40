#include "projections/registry.h"

#include "projections/accounts.h"
#include "projections/api_tokens.h"
#include "projections/audit.h"
#include "projections/directory.h"
#include "projections/idempotency.h"
#include "projections/limits.h"
#include "projections/one_time.h"
#include "projections/outbox.h"
#include "projections/referrals.h"
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
  projections.push_back(std::make_unique<OneTimeProjection>());
  projections.push_back(std::make_unique<ApiTokensProjection>());
  projections.push_back(std::make_unique<OutboxProjection>());
  projections.push_back(std::make_unique<ReferralsProjection>());
  return projections;
}

}  // namespace ledgate
