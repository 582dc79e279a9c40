#include "projections/replica/registry.h"

#include "projections/log/verdict.h"
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

#include <array>

namespace ledgate {

std::span<const ModelSpec> all_models() {
  static const std::array kModels{kReplicaModel, kAccountsModel,  kSessionsModel,    kDirectoryModel,
                                  kAuditModel,   kLimitsModel,    kIdempotencyModel, kSigningKeysModel,
                                  kOneTimeModel, kApiTokensModel, kOutboxModel,      kReferralsModel};
  return kModels;
}

}  // namespace ledgate
