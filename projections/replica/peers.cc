#include "projections/replica/peers.h"

#include <algorithm>
#include <string>
#include <utility>

namespace ledgate {
namespace {

using journal::v1::Event;
using rows::v1::ReplicaState;

constexpr int kPeersMax = 256;

// The one that was silent longest makes room.
ReplicaState::Peer& peer_of(ReplicaState& state, const std::string& node) {
  auto& peers = *state.mutable_peers();
  const auto by_sound = [](const auto& a, const auto& b) { return a.heard_ms() < b.heard_ms(); };
  auto found = std::find_if(peers.begin(), peers.end(), [&](const auto& peer) { return peer.node() == node; });
  if (found != peers.end()) return *found;
  if (peers.size() < kPeersMax) {
    auto& made = *peers.Add();
    made.set_node(node);
    return made;
  }
  auto& silent = *std::min_element(peers.begin(), peers.end(), by_sound);
  silent.Clear();
  silent.set_node(node);
  return silent;
}

// Rows of the first release knew of ticks only.
std::int64_t heard_ms(const ReplicaState::Peer& peer) { return std::max(peer.heard_ms(), peer.last_tick_ms()); }

}  // namespace

void note_writer(ReplicaState& state, const journal::v1::Transaction& transaction, LogTime time) {
  if (transaction.node().empty()) return;
  auto& peer = peer_of(state, transaction.node());
  peer.set_heard_ms(time.ms);
  peer.set_stopped(false);
  for (const Event& event : transaction.events()) {
    if (event.service().has_clock_ticked()) peer.set_knows_level(event.service().clock_ticked().knows_level());
    if (event.service().has_started()) peer.set_knows_level(event.service().started().knows_level());
    if (event.service().has_stopped()) peer.set_stopped(true);
  }
}

void note_tick(ReplicaState& state, const journal::v1::Transaction& transaction, LogTime time, Position position) {
  auto& peer = peer_of(state, transaction.node());
  peer.set_last_tick_ms(time.ms);
  peer.set_position(value(position));
}

bool is_living(const ReplicaState& state, const ReplicaState::Peer& peer) {
  return !peer.stopped() && heard_ms(peer) > state.log_time_ms() - kLivingMs;
}

std::uint32_t level_known_to_all(const ReplicaState& state) {
  std::uint32_t level = 0;
  bool is_first = true;
  for (const auto& peer : state.peers()) {
    if (!is_living(state, peer)) continue;
    level = std::exchange(is_first, false) ? peer.knows_level() : std::min(level, peer.knows_level());
  }
  return level;
}

std::uint32_t raised_level(const journal::v1::Transaction& transaction) {
  std::uint32_t level = 0;
  for (const Event& event : transaction.events())
    level = std::max(level, event.service().feature_level_raised().level());
  return level;
}

}  // namespace ledgate
