// The journal as commands see it: append, and learn what became of it.
#pragma once

#include "domain/value/ids.h"

#include <functional>
#include <string>

namespace ledgate {

enum class AppendOutcome : std::uint8_t {
  kAppended,      // durable, at the position given
  kNotPersisted,  // certainly not in the journal: the command may be repeated
  kUnknown,       // may be there now, or later, or never
};

struct AppendReport {
  AppendOutcome outcome = AppendOutcome::kUnknown;
  Position position{};  // with kAppended, where the journal tells (a de-duplicated Kafka record has none: 0)
};

// Any thread. `done` is called exactly once, from a thread of the journal, and must not block. Records appended by one
// thread one after the other keep their order. The queue is bounded: when it is full, kNotPersisted at once.
class JournalWriter {
 public:
  using Done = std::function<void(AppendReport)>;
  virtual ~JournalWriter() = default;
  virtual void append(std::string bytes, Done done) = 0;
};

}  // namespace ledgate
