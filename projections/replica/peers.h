// The nodes of a journal, as its records tell of them: when each was heard of, where it stood, and which feature level
// it has announced. Kept in the replica's state; the replica's thread writes, whoever has read the state may ask.
#pragma once

#include "domain/journal.pb.h"
#include "domain/value/ids.h"
#include "projections/rows/rows.pb.h"

#include <cstdint>

namespace ledgate {

// A node of which the log has not heard for so long, in log time, is not waited for. Each lets itself be heard of at
// least twice in that time.
inline constexpr std::int64_t kLivingMs = 60'000;

// A record that got a verdict, whichever: its writer lives. Ticks and starts announce the level that it knows.
void note_writer(rows::v1::ReplicaState& state, const journal::v1::Transaction& transaction, LogTime time);
// An accepted tick.
void note_tick(rows::v1::ReplicaState& state, const journal::v1::Transaction& transaction, LogTime time,
               Position position);

// It was heard of lately, and has not said that it stops.
bool is_living(const rows::v1::ReplicaState& state, const rows::v1::ReplicaState::Peer& peer);
// The highest feature level that every living node has announced. A node of the first release announces nothing, which
// is level 0; so is what nobody says.
std::uint32_t level_known_to_all(const rows::v1::ReplicaState& state);

// The level that an accepted transaction raises the journal to; 0: none.
std::uint32_t raised_level(const journal::v1::Transaction& transaction);

}  // namespace ledgate
