// What a read model is: a name, a version, tables, and a fold of accepted facts into their rows. All of it is data; the
// loop over transactions and facts is the replica's.
#pragma once

#include "domain/journal.pb.h"
#include "domain/value/event_origin.h"
#include "domain/value/ids.h"
#include "projections/rows/rows.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate {

// Who has tables. The numbers live in a process only; what is stored are names.
enum class ModelId : std::uint8_t {
  kReplica,  // no model: the replica's own bookkeeping
  kAccounts,
  kSessions,
  kDirectory,
  kAudit,
  kLimits,
  kIdempotency,
  kSigningKeys,
  kOneTime,
  kApiTokens,
  kOutbox,
  kReferrals,
};

inline constexpr std::uint16_t kTablesPerModel = 8;
inline constexpr std::uint16_t kBesideBit = kTablesMax / 2;

// The index-th table of a model, as it is served.
constexpr Table table_of(ModelId model, std::uint16_t index) {
  return Table{static_cast<std::uint16_t>(static_cast<std::uint16_t>(model) * kTablesPerModel + index)};
}
// The table that is folded to take the place of `table`.
constexpr Table beside(Table table) {
  return Table{static_cast<std::uint16_t>(static_cast<std::uint16_t>(table) | kBesideBit)};
}

struct ModelTable {
  Table table{};
  std::string_view name;  // within the model: "rows"
  // Stands for the table in the model's digest; never changed, since digests of equal rows must be equal.
  std::uint8_t digest_mark = 0;
  bool point_lookups = true;  // as TableSpec
};

// An accepted transaction at its place in the log.
struct AppliedTransaction {
  Position position{};
  LogTime time;
  const journal::v1::Transaction& transaction;
};

// Each function is null where the model has no use for it. They are called by one thread, in log order; read no clock,
// no configuration, no randomness, and no rows but the model's own: equal logs give equal bytes. They cannot refuse.
struct ModelSpec {
  std::string_view name;
  // Raised with every change after which the same log gives other rows (a test holds them against each other). The
  // tables of another version are other tables.
  std::uint32_t version = 1;
  // The oldest version whose rows this program may serve, and go on folding into, while it folds its own beside them:
  // every answer from them must be right. 0: even no rows at all. With the model's own version, nothing is served until
  // the new rows are there.
  std::uint32_t readable_from = 1;
  std::span<const ModelTable> tables;
  void (*apply_event)(const journal::v1::Event& event, const EventOrigin& origin, Rows& rows) = nullptr;
  void (*apply_transaction)(const AppliedTransaction& applied, Rows& rows) = nullptr;
  // A tick carries no other fact and is given to no other function.
  void (*apply_tick)(LogTime now, Rows& rows) = nullptr;
};

// "accounts.v1.rows"
std::string table_name(const ModelSpec& model, std::uint32_t version, const ModelTable& table);
// The tables of these models, in this program's versions.
std::vector<TableSpec> table_specs(std::span<const ModelSpec> models);

// Gives an accepted transaction to a model.
void apply_to_model(const ModelSpec& model, const AppliedTransaction& applied, Rows& rows);

// Whether the transaction is a tick.
bool is_tick(const journal::v1::Transaction& transaction);

}  // namespace ledgate
