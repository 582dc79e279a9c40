// Which version of each model the rows hold, against those that this program makes.
#pragma once

#include "domain/errors/result.h"
#include "projections/log/batch_rows.h"
#include "projections/replica/registry.h"
#include "projections/rows/rows.pb.h"

#include <cstdint>
#include <span>
#include <vector>

namespace ledgate {

// What the replica writes about itself. 0 was the first release's.
inline constexpr std::uint32_t kRowsFormat = 1;

// Under which key in tables::kMeta the state of either side stands.
constexpr std::string_view state_key(Side side) { return side == Side::kServed ? "state" : "beside"; }

struct ServedModel {
  const ModelSpec* spec = nullptr;
  std::uint32_t version = 0;  // of the rows that are served; 0: there are none

  // Otherwise it is to be folded anew.
  [[nodiscard]] bool is_current() const { return version == spec->version; }
  // Whether this program's answers from these rows are right.
  [[nodiscard]] bool is_readable() const { return version >= spec->readable_from; }
  // Whether this program goes on folding into them.
  [[nodiscard]] bool is_folded() const { return version > 0 && is_readable(); }
};

// What the last committed batch left: position, chain, versions and digests of the models. An unreadable one stops the
// node. Any thread.
rows::v1::ReplicaState read_replica_state(const KvReader& rows);
// The state of the fold that goes on beside; empty when there is none.
rows::v1::ReplicaState read_beside_state(const KvReader& rows);
// Nothing was ever applied to these rows.
inline bool is_empty(const rows::v1::ReplicaState& state) { return state.journal_id().empty(); }

// In the order of `models`. Rows that are empty have every model in its present version.
std::vector<ServedModel> served_models(const rows::v1::ReplicaState& state, std::span<const ModelSpec> models);

// Before anything else is done with a store that was opened with the tables of `models`: binds each model's tables to
// those of the version that is served, and beside() of them to its own version where that is another one; drops what is
// left of older versions. kStorageFailed with one line: the rows were made by a newer program.
Status bind_tables(KvStore& store, std::span<const ModelSpec> models);

// Empties the tables that these models, of which the replica's is one, are folded into beside those that are served.
Status empty_beside(KvStore& store, std::span<const ModelSpec> models);
// Serves what was folded beside, all of it at once, and drops what was served before.
Status serve_beside(KvStore& store, std::span<const ModelSpec> models);

}  // namespace ledgate
