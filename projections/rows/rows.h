// Rows while they are folded: where a model reads and writes its own tables.
#pragma once

#include "projections/ports/kv.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

// Reads see the model's own earlier writes, those of the same batch too; scans see only what was committed before the
// batch, which is why ticks (the only purgers) are applied in a batch of their own.
class Rows {
 public:
  virtual ~Rows() = default;
  [[nodiscard]] virtual std::optional<std::string> get(Table table, std::string_view key) const = 0;
  virtual void scan(Table table, std::string_view from, std::string_view to, const KvReader::Visitor& visit) const = 0;
  virtual void put(Table table, std::string_view key, std::string_view value) = 0;
  virtual void erase(Table table, std::string_view key) = 0;
  // As KvReader::damaged.
  [[noreturn]] void damaged(Table table, std::string_view key) const {
    tell_damaged(table, key);
    std::abort();
  }

 protected:
  virtual void tell_damaged(Table table, std::string_view key) const = 0;
};

}  // namespace ledgate
