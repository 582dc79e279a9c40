#include "projections/rows/tables.h"

namespace ledgate::tables {

std::vector<TableSpec> specs() {
  return {
      {.name = "replica.v1.meta"},
      {.name = "replica.v1.conflicts"},
      {.name = "replica.v1.transactions"},
      {.name = "replica.v1.forget", .point_lookups = false},
      {.name = "accounts.v1.rows"},
      {.name = "accounts.v1.logins"},
      {.name = "accounts.v1.subjects"},
      {.name = "accounts.v1.numbers"},
      {.name = "sessions.v1.rows"},
      {.name = "sessions.v1.by_user", .point_lookups = false},
      {.name = "sessions.v1.expiry", .point_lookups = false},
      {.name = "directory.v1.rows"},
      {.name = "directory.v1.numbers"},
      {.name = "audit.v1.rows", .point_lookups = false},
      {.name = "audit.v1.by_user", .point_lookups = false},
      {.name = "limits.v1.rows"},
      {.name = "limits.v1.expiry", .point_lookups = false},
      {.name = "idempotency.v1.rows"},
      {.name = "idempotency.v1.expiry", .point_lookups = false},
      {.name = "signing_keys.v1.rows"},
      {.name = "accounts.v1.administrators"},
      {.name = "one_time.v1.rows"},
      {.name = "one_time.v1.expiry", .point_lookups = false},
      {.name = "api_tokens.v1.rows"},
      {.name = "api_tokens.v1.by_user", .point_lookups = false},
      {.name = "api_tokens.v1.due", .point_lookups = false},
      {.name = "api_tokens.v1.expiry", .point_lookups = false},
      {.name = "outbox.v1.rows"},
      {.name = "outbox.v1.due", .point_lookups = false},
      {.name = "referrals.v1.rows", .point_lookups = false},
      {.name = "directory.v1.history"},
  };
}

}  // namespace ledgate::tables
