// The table of models of a later version of the program: every model is folded anew from rows of today, and those are
// served meanwhile. ledgate_next is the program with this in place of its own.
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
  static const auto kModels = [] {
    std::array models{kReplicaModel, kAccountsModel,  kSessionsModel,    kDirectoryModel,
                      kAuditModel,   kLimitsModel,    kIdempotencyModel, kSigningKeysModel,
                      kOneTimeModel, kApiTokensModel, kOutboxModel,      kReferralsModel};
    for (std::size_t i = 1; i < models.size(); ++i) {
      models[i].readable_from = models[i].version;
      ++models[i].version;
    }
    return models;
  }();
  return kModels;
}

}  // namespace ledgate
