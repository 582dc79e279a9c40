// A seed, lived through.
#pragma once

#include "tests/simulation/world/plan.h"
#include "tests/simulation/world/variant.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ledgate::simulation {

struct Options {
  std::uint64_t seed = 1;
  Variant variant = Variant::kCorrect;
  bool trace = false;
  std::optional<Plan> plan;    // instead of the seed's own
  std::uint64_t crash_at = 0;  // the write boundary at which a node dies; 0: none in particular
  bool judging = true;         // false: the model is silent, and the histories are for somebody else to judge
};

struct Report {
  std::optional<std::string> violation;
  std::string plan;
  std::string trace;
  std::uint64_t records = 0;
  std::uint64_t accepted = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t replies = 0;
  std::uint64_t users = 0;
  std::uint64_t boundaries = 0;
  std::string last_state;  // of the replicas, all equal
  std::string accounts;    // history.h
  std::string sessions;
};

// Any thread; one simulation stays on it.
Report simulate(const Options& options);

}  // namespace ledgate::simulation
