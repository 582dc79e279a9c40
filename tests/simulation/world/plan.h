// What a seed decides before anything happens: how many take part, and which faults may strike how often. Every seed
// has some faults only, and those more often: what all faults at once would hide, a few find.
#pragma once

#include "tests/simulation/world/dice.h"
#include "tests/simulation/world/scheduler.h"

#include <cstdint>
#include <string>

namespace ledgate::simulation {

struct Plan {
  std::size_t nodes = 3;
  std::size_t clients = 5;
  std::size_t requests = 14;  // of each client
  std::size_t names = 6;      // that they fight over; few: a conflict storm
  Microseconds think{400'000};

  // The way to the log and back, each drawn anew.
  Microseconds append_delay_max{4'000};
  Microseconds delivery_delay_max{8'000};
  std::size_t read_batch_max = 8;
  // What becomes of an append, by chance.
  double not_persisted = 0;    // certainly not there, and said so
  double unknown_written = 0;  // there, but nobody says so
  double unknown_lost = 0;
  double late = 0;  // unknown now, written up to `late_max` later: a ghost
  Microseconds late_max{20'000'000};
  double duplicated = 0;              // written again, up to `late_max` later
  Microseconds broker_clock_jump{0};  // append times may be wrong by this, and differently from one moment to the next

  // Of nodes.
  double crash_at_boundary = 0;  // at each write to the log or to the rows, before it and after it
  double lose_power = 0;         // of crashes: rows that were not synced vanish
  double wipe = 0;               // of crashes: all rows vanish
  Microseconds crash_every{0};   // 0: never
  Microseconds partition_every{0};
  Microseconds outage_every{0};  // of all brokers
  Microseconds outage_max{12'000'000};
  Microseconds skew_max{0};  // of nodes' clocks

  static Plan of(std::uint64_t seed);
  [[nodiscard]] std::string text() const;
};

// The one boundary at which a node dies, for going through all of them; 0: none.
struct Boundary {
  std::uint64_t number = 0;
};

}  // namespace ledgate::simulation
