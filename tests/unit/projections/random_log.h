// A log as a busy service would leave it, from a seed: every kind of fact, conflicts, duplicates, stale ghosts, ticks,
// foreign bytes, clocks that jump.
#pragma once

#include "tests/unit/projections/support.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ledgate::testing {

class RandomLog {
 public:
  explicit RandomLog(std::uint64_t seed) : log_(seed) {}

  // `records` in all, the genesis among them.
  Log& write(std::size_t records);
  Log& log() { return log_; }

 private:
  struct Session {
    std::string user;
    std::string name;
    std::uint32_t generation = 0;
  };

  std::uint64_t below(std::uint64_t bound) { return log_.random()() % bound; }
  bool chance(std::uint64_t percent) { return below(100) < percent; }
  std::string new_name(char kind) { return kind + std::to_string(next_name_++); }
  std::string some_user();

  void step();
  void append(journal::v1::Transaction transaction);
  void pass_time();
  void garnish(journal::v1::Transaction& transaction);

  void register_user();
  void log_in();
  void refresh();
  void small_user_fact();
  void change_account();
  void small_session_fact();
  void service_fact();
  void one_time_fact();
  void rewritten();
  void not_ours();

  Log log_;
  std::uint64_t next_name_ = 1;
  // Kinds of facts are taken in turn, so that none is left out.
  std::size_t next_user_kind_ = 0;
  std::size_t next_account_kind_ = 0;
  std::size_t next_session_kind_ = 0;
  std::size_t next_service_kind_ = 0;
  std::size_t next_one_time_kind_ = 0;
  std::uint64_t next_mail_ = 0;
  std::vector<std::string> users_;
  std::vector<Session> sessions_;
  std::vector<std::string> kids_;
};

}  // namespace ledgate::testing
