// The verdict on a transaction: from the record and the conflict-key table alone. No business rule, no clock, no
// configuration: the same on every node and in every later version. The transactional model is that of Tango (SOSP
// 2013) and of FoundationDB's resolver.
#pragma once

#include "domain/journal.pb.h"
#include "domain/value/ids.h"
#include "projections/log/awaiter.h"
#include "projections/rows/model.h"

namespace ledgate {

inline constexpr std::int64_t kStaleAfterMs = 2 * 60 * 1000;
inline constexpr std::int64_t kIdsRememberedMs = 10 * 60 * 1000;

// The verdict that judge() would give; changes nothing.
std::optional<Verdict> foresee(const journal::v1::Transaction& transaction, LogTime appended, const Rows& rows);

// nullopt: a copy of a transaction that already has its verdict. Otherwise the verdict is recorded in `rows` together
// with the id and, when accepted, the write keys. `appended`: the record's own append time.
std::optional<Verdict> judge(const journal::v1::Transaction& transaction, Position position, LogTime appended,
                             Rows& rows);

// The position that last wrote a conflict key; 0 = never, or forgotten.
Position conflict_position(const KvReader& rows, std::string_view key);

// The replica's own tables. On an accepted tick, transaction ids and conflict keys whose time has passed are forgotten.
extern const ModelSpec kReplicaModel;

namespace tables {
inline constexpr Table kMeta =
    table_of(ModelId::kReplica, 0);  // "state", "beside" → rows.v1.ReplicaState; "journal" → id
inline constexpr Table kConflicts =
    table_of(ModelId::kReplica, 1);  // conflict key (16) → position that last wrote it (8) ‖ forget after (8)
inline constexpr Table kTransactions =
    table_of(ModelId::kReplica, 2);  // transaction id (16) → verdict (1); ids begin with their time
inline constexpr Table kForget = table_of(ModelId::kReplica, 3);   // due (8) ‖ conflict key (16)
inline constexpr Table kRefused = table_of(ModelId::kReplica, 4);  // position (8) of a record that counts for nothing
}  // namespace tables

}  // namespace ledgate
