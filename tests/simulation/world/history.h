// What clients asked and what they were told, in the words of tests/porcupine: a second witness, which has not seen the
// log and knows nothing of the model.
#pragma once

#include "tests/simulation/world/scheduler.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate::simulation {

// What a client can make of an answer, or of none.
enum class Told : std::uint8_t {
  kNothing,  // it was not carried out, and never will be
  kUnknown,  // perhaps it was; perhaps it will be
  kYes,
  kNo,  // refused, by a decision that stands in the log
};

// One request and its answer; tests/porcupine/models.go says which words an operation uses.
struct Operation {
  std::size_t client = 0;
  std::string key;  // the account or session it is about
  std::string_view asked;
  std::string with{};  // a password or token
  std::string next{};  // the password asked for, or the token that came back
  Told told{};
  Microseconds call{};
  Microseconds returned{};
  Microseconds stale{0};  // how old the rows may be that the answer rests on
};

class History {
 public:
  // `model`: "account" or "session".
  explicit History(std::string_view model) : model_(model) {}
  // What was certainly not carried out is no operation.
  void add(Operation operation);
  // As tests/porcupine reads it.
  [[nodiscard]] std::string json() const;

 private:
  const std::string_view model_;
  std::vector<Operation> operations_;
};

// Sessions also end with their siblings, by what happens to the account: these come out when all is known.
class Endings {
 public:
  struct Birth {
    std::string account;
    std::string session;
    Microseconds call{};
    Microseconds returned{};
  };
  void add(Birth birth) { births_.push_back(std::move(birth)); }
  // `operation` ended all sessions of the account that is its key, but for `kept` (empty: for none).
  void add(const Operation& operation, const std::string& kept);
  // For every session of an account and everything that ended its sessions: a log-out, as certain as that was.
  void write_to(History& sessions) const;

 private:
  struct Ending {
    Operation operation;
    std::string kept;
  };
  std::vector<Birth> births_;
  std::vector<Ending> endings_;
};

}  // namespace ledgate::simulation
