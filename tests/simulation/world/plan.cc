#include "tests/simulation/world/plan.h"

#include <array>
#include <sstream>

namespace ledgate::simulation {

Plan Plan::of(std::uint64_t seed) {
  Dice dice(seed, 4);
  Plan plan;
  plan.nodes = 2 + dice.below(3);
  plan.clients = 3 + dice.below(4);
  plan.names = 2 + dice.below(8);
  plan.think = Microseconds(dice.between(1'000, dice.chance(0.3) ? 6'000'000 : 900'000));
  plan.append_delay_max = Microseconds(dice.between(500, 20'000));
  plan.delivery_delay_max = Microseconds(dice.between(500, dice.chance(0.2) ? 900'000 : 30'000));
  plan.read_batch_max = 1 + dice.below(24);
  const auto maybe = [&](double probability, double most) {
    return dice.chance(probability) ? most * static_cast<double>(1 + dice.below(100)) / 100.0 : 0.0;
  };
  const auto every = [&](double probability, std::int64_t low_us, std::int64_t high_us) {
    return Microseconds(dice.chance(probability) ? dice.between(low_us, high_us) : 0);
  };
  plan.not_persisted = maybe(0.4, 0.1);
  plan.unknown_written = maybe(0.4, 0.1);
  plan.unknown_lost = maybe(0.4, 0.1);
  plan.late = maybe(0.4, 0.2);
  plan.late_max = Microseconds(dice.chance(0.2) ? 200'000'000 : dice.between(10'000, 20'000'000));
  plan.duplicated = maybe(0.4, 0.3);
  plan.broker_clock_jump = every(0.3, 1'000, 400'000);
  plan.crash_at_boundary = maybe(0.4, 0.02);
  plan.lose_power = maybe(0.5, 1.0);
  plan.wipe = maybe(0.3, 0.6);
  plan.crash_every = every(0.4, 1'000'000, 10'000'000);
  plan.partition_every = every(0.4, 1'000'000, 10'000'000);
  plan.outage_every = every(0.25, 4'000'000, 20'000'000);
  plan.outage_max = Microseconds(dice.chance(0.15) ? 1'500'000'000 : dice.between(100'000, 20'000'000));
  plan.skew_max = every(0.5, 10'000, 25'000'000);
  return plan;
}

std::string Plan::text() const {
  std::ostringstream out;
  out << nodes << " nodes, " << clients << " clients, " << names << " names, late " << late << ", duplicated "
      << duplicated << ", unknown " << unknown_written << "/" << unknown_lost << "/" << not_persisted << ", crashes "
      << crash_at_boundary << "/" << crash_every.count() << " us, partitions " << partition_every.count()
      << " us, outages " << outage_every.count() << " us, skew " << skew_max.count() << " us";
  return out.str();
}

}  // namespace ledgate::simulation
