// What a read model is: a name, a version, and a fold of accepted transactions into rows.
#pragma once

#include "domain/journal.pb.h"
#include "domain/value/ids.h"
#include "projections/ports/kv.h"

#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

// An accepted transaction at its place in the log.
struct AppliedTransaction {
  Position position{};
  LogTime time;
  const journal::v1::Transaction& transaction;
};

// Where a projection reads and writes its own tables while it applies. Reads see its own earlier writes, those of the
// same batch too; scans see only what was committed before the batch, which is why ticks (the only purgers) are applied
// in a batch of their own.
class Rows {
 public:
  virtual ~Rows() = default;
  [[nodiscard]] virtual std::optional<std::string> get(Table table, std::string_view key) const = 0;
  virtual void scan(Table table, std::string_view from, std::string_view to, const KvReader::Visitor& visit) const = 0;
  virtual void put(Table table, std::string_view key, std::string_view value) = 0;
  virtual void erase(Table table, std::string_view key) = 0;
};

// Called by the replica's thread only, in log order. Reads no clock, no configuration, no randomness: equal logs give
// equal bytes. Cannot refuse.
class Projection {
 public:
  virtual ~Projection() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::uint32_t version() const = 0;
  virtual void apply(const AppliedTransaction& applied, Rows& rows) const = 0;
};

}  // namespace ledgate
