// The verdict on a transaction: from the record and the conflict-key table alone. No business rule, no clock, no
// configuration: the same on every node and in every later version. The transactional model is that of Tango (SOSP
// 2013) and of FoundationDB's resolver.
#pragma once

#include "domain/journal.pb.h"
#include "domain/value/ids.h"
#include "projections/log/awaiter.h"
#include "projections/rows/projection.h"

namespace ledgate {

inline constexpr std::int64_t kStaleAfterMs = 2 * 60 * 1000;
inline constexpr std::int64_t kIdsRememberedMs = 10 * 60 * 1000;

// nullopt: a copy of a transaction that already has its verdict. Otherwise the verdict is recorded in `rows` together
// with the id and, when accepted, the write keys. `appended`: the record's own append time.
std::optional<Verdict> judge(const journal::v1::Transaction& transaction, Position position, LogTime appended,
                             Rows& rows);

// The position that last wrote a conflict key; 0 = never, or forgotten.
Position conflict_position(const KvReader& rows, std::string_view key);

// On an accepted tick: forgets transaction ids and conflict keys whose time has passed.
void forget_expired(LogTime now, Rows& rows);

}  // namespace ledgate
