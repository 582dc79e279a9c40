// Many seeds on all cores.
#pragma once

#include "tests/simulation/world/simulation.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace ledgate::simulation {

struct Failure {
  std::uint64_t seed = 0;
  std::string violation;
};

struct Run {
  std::uint64_t lived = 0;  // seeds
  std::uint64_t records = 0;
  std::uint64_t accepted = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t replies = 0;
  std::optional<Failure> failure;  // of the smallest seed that failed
};

// Each seed's histories, for tests/porcupine to judge: seed-7-account.json and seed-7-session.json. Nobody else judges,
// so that broken nodes go on. `directory` is made.
void write_histories(std::uint64_t first, std::uint64_t count, Variant variant, const std::filesystem::path& directory);

// Seeds first, first+1, … until `count` are done or one has failed. `progress`, if any, is called after each by one
// thread at a time.
Run live_through(std::uint64_t first, std::uint64_t count, Variant variant,
                 const std::function<void(const Run&)>& progress = {});

// What to type to see it again.
std::string advice(const Failure& failure, Variant variant);

}  // namespace ledgate::simulation
