// The rows while batches are applied: reads see what was written before it is committed, and every write goes into the
// running digest of the projection that made it. A commit hands the store the last write of each row, in the order of
// the keys, which is what a store takes fastest. What was written lately stays in memory, since it is what is read
// next.
#pragma once

#include "projections/rows/model.h"

#include <array>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace ledgate {

using RowsDigest = std::array<std::uint8_t, 32>;

// Whose rows: those that are served, or those that are folded to take their place.
enum class Side : std::uint8_t { kServed, kBeside };

// The replica's thread only.
class BatchRows final : public Rows {
 public:
  BatchRows(KvStore& store, std::span<const ModelSpec> models, Side side);

  [[nodiscard]] std::optional<std::string> get(Table table, std::string_view key) const override;
  void scan(Table table, std::string_view from, std::string_view to, const KvReader::Visitor& visit) const override;
  void put(Table table, std::string_view key, std::string_view value) override;
  void erase(Table table, std::string_view key) override;

  // Folds what was written since the last call into `digest`: H(digest ‖ writes); unchanged when nothing was written.
  void fold_digest(RowsDigest& digest);
  // How many rows were erased since the last commit.
  [[nodiscard]] std::size_t erased() const { return erased_; }

  // Writes without a digest (the replica's own bookkeeping of position and digests).
  void put_undigested(Table table, std::string_view key, std::string_view value);
  void erase_undigested(Table table, std::string_view key) { write(table, key, std::nullopt); }
  Status commit();
  // Tables were bound anew, so nothing is known of them; all that was written is committed.
  void reload();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Row {
    std::optional<std::string> value;  // absent: erased
    bool pending = false;              // not committed yet
  };
  using RowMap = std::unordered_map<std::string, Row, Hash, std::equal_to<>>;
  // The rows of one table that were read or written since the last eviction. Every row whose key is above `floor` is
  // among them, so that for keys that only grow (ids that begin with their time) absence is known without asking the
  // store.
  struct Known {
    Table table{};  // in the store
    std::uint8_t digest_mark = 0;
    RowMap rows;
    std::vector<RowMap::value_type*> pending;  // of rows
    std::size_t bytes = 0;
    std::string highest;
    std::string floor;
    bool looked_up = true;  // rows of a table that is only scanned are forgotten once committed
  };

  void tell_damaged(Table table, std::string_view key) const override;
  [[nodiscard]] Known& known(Table table) const { return known_[places_.at(static_cast<std::size_t>(table))]; }
  void write(Table table, std::string_view key, std::optional<std::string_view> value);
  void fill_batch(Known& lately);
  void evict();
  void digest_write(char kind, Table table, std::string_view key, std::string_view value);

  KvStore& store_;
  std::unique_ptr<KvBatch> batch_;
  mutable std::vector<Known> known_;               // reading adds to it
  std::array<std::uint8_t, kTablesMax> places_{};  // of a table, in known_
  std::string digest_input_;
  std::size_t erased_ = 0;
};

}  // namespace ledgate
