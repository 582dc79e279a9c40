#include "tests/simulation/world/variant.h"

#include "domain/journal.pb.h"
#include "projections/log/record.h"
#include "projections/models/accounts.h"

#include <functional>
#include <optional>
#include <vector>

namespace ledgate::simulation {
namespace {

using journal::v1::Transaction;

constexpr Microseconds kRowsLate{30'000};

// The same record around a changed transaction.
std::string rewritten(const std::string& bytes, const RecordMac& mac, const std::function<void(Transaction&)>& change) {
  const auto opened = open_record(bytes, mac);
  Transaction transaction;
  if (!opened || opened->kind != RecordKind::kTransaction || !transaction.ParseFromString(std::string(opened->payload)))
    return bytes;
  change(transaction);
  return seal_record(RecordKind::kTransaction, transaction.SerializeAsString(), mac);
}

class Reader final : public JournalReader {
 public:
  using Change = std::function<void(JournalRecord&)>;
  Reader(JournalReader& journal, Change change) : journal_(journal), change_(std::move(change)) {}
  Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records, std::size_t max_bytes,
                                          std::chrono::milliseconds timeout) override {
    auto records = TRY(journal_.read(from, max_records, max_bytes, timeout));
    for (JournalRecord& record : records) change_(record);
    return records;
  }
  Result<Position> end() override { return journal_.end(); }

 private:
  JournalReader& journal_;
  const Change change_;
};

class Writer final : public JournalWriter {
 public:
  using Change = std::function<std::string(const std::string&)>;
  Writer(JournalWriter& journal, Change change) : journal_(journal), change_(std::move(change)) {}
  void append(std::string bytes, Done done) override { journal_.append(change_(bytes), std::move(done)); }

 private:
  JournalWriter& journal_;
  const Change change_;
};

void forget_session_key(Transaction& transaction) {
  for (const auto& event : transaction.events()) {
    if (event.session().refreshed().rotated()) transaction.clear_writes();
  }
}

// Says that rows are written, and writes them later.
class LateRows final : public KvStore {
 public:
  LateRows(KvStore& store, Scheduler& scheduler, std::shared_ptr<const Group> process)
      : store_(store), scheduler_(scheduler), process_(std::move(process)) {}
  [[nodiscard]] std::unique_ptr<KvSnapshot> snapshot() const override { return store_.snapshot(); }
  [[nodiscard]] const KvReader& latest() const override { return store_.latest(); }
  [[nodiscard]] std::unique_ptr<KvBatch> new_batch() const override { return std::make_unique<Batch>(); }
  Status write(KvBatch& batch) override {
    scheduler_.after(kRowsLate, [this, process = process_, changes = dynamic_cast<Batch&>(batch).changes] {
      if (process->dead()) return;
      const auto rows = store_.new_batch();
      for (const auto& [table, key, value] : changes) {
        if (value) {
          rows->put(table, key, *value);
        } else {
          rows->erase(table, key);
        }
      }
      (void)store_.write(*rows);
    });
    return {};
  }
  Status flush() override { return store_.flush(); }
  [[nodiscard]] std::vector<std::string> table_names() const override { return store_.table_names(); }
  Status bind(std::span<const TableSpec> specs) override { return store_.bind(specs); }
  Status drop(std::string_view name) override { return store_.drop(name); }

 private:
  struct Change {
    Table table;
    std::string key;
    std::optional<std::string> value;
  };
  struct Batch final : KvBatch {
    void put(Table table, std::string_view key, std::string_view value) override {
      changes.push_back({table, std::string(key), std::string(value)});
    }
    void erase(Table table, std::string_view key) override {
      changes.push_back({table, std::string(key), std::nullopt});
    }
    void clear() override { changes.clear(); }
    std::vector<Change> changes;
  };
  KvStore& store_;
  Scheduler& scheduler_;
  const std::shared_ptr<const Group> process_;
};

// Rows of one table never go.
class KeptRows final : public KvStore {
 public:
  KeptRows(KvStore& store, Table kept) : store_(store), kept_(kept) {}
  [[nodiscard]] std::unique_ptr<KvSnapshot> snapshot() const override { return store_.snapshot(); }
  [[nodiscard]] const KvReader& latest() const override { return store_.latest(); }
  [[nodiscard]] std::unique_ptr<KvBatch> new_batch() const override {
    return std::make_unique<Batch>(store_.new_batch(), kept_);
  }
  Status write(KvBatch& batch) override { return store_.write(*dynamic_cast<Batch&>(batch).inner); }
  Status flush() override { return store_.flush(); }
  [[nodiscard]] std::vector<std::string> table_names() const override { return store_.table_names(); }
  Status bind(std::span<const TableSpec> specs) override { return store_.bind(specs); }
  Status drop(std::string_view name) override { return store_.drop(name); }

 private:
  struct Batch final : KvBatch {
    Batch(std::unique_ptr<KvBatch> within, Table table) : inner(std::move(within)), kept(table) {}
    void put(Table table, std::string_view key, std::string_view value) override { inner->put(table, key, value); }
    void erase(Table table, std::string_view key) override {
      if (table != kept) inner->erase(table, key);
    }
    void clear() override { inner->clear(); }
    const std::unique_ptr<KvBatch> inner;
    const Table kept;
  };
  KvStore& store_;
  const Table kept_;
};

}  // namespace

std::string_view to_string(Variant variant) {
  switch (variant) {
    case Variant::kCorrect:
      return "correct";
    case Variant::kVerdictIgnored:
      return "verdict-ignored";
    case Variant::kConflictKeyForgotten:
      return "conflict-key-forgotten";
    case Variant::kPositionNotAwaited:
      return "position-not-awaited";
    case Variant::kAcknowledgedBeforeApplied:
      return "acknowledged-before-applied";
    case Variant::kPurgedByLocalClock:
      return "purged-by-local-clock";
    case Variant::kFreshnessIgnored:
      return "freshness-ignored";
    case Variant::kAnswersFromLaterRows:
      return "answers-from-later-rows";
    case Variant::kErasedAccountStays:
      return "erased-account-stays";
    case Variant::kErasedAdministratorStays:
      return "erased-administrator-stays";
  }
  return "";
}

JournalRecord as_seen(Variant variant, const JournalRecord& record, const RecordMac& mac) {
  JournalRecord seen = record;
  if (variant == Variant::kVerdictIgnored)
    seen.bytes = rewritten(record.bytes, mac, [](Transaction& transaction) { transaction.clear_reads(); });
  return seen;
}

std::unique_ptr<JournalReader> wrap(Variant variant, JournalReader& journal, const RecordMac& mac, const Clock& clock) {
  Reader::Change change = [](JournalRecord&) {};
  if (variant == Variant::kVerdictIgnored)
    change = [&mac](JournalRecord& record) { record = as_seen(Variant::kVerdictIgnored, record, mac); };
  if (variant == Variant::kPurgedByLocalClock)
    change = [&clock](JournalRecord& record) { record.appended = LogTime{clock.wall_us() / 1000}; };
  return std::make_unique<Reader>(journal, std::move(change));
}

std::unique_ptr<JournalWriter> wrap(Variant variant, JournalWriter& journal, const RecordMac& mac) {
  Writer::Change change = [](const std::string& bytes) { return bytes; };
  if (variant == Variant::kConflictKeyForgotten)
    change = [&mac](const std::string& bytes) { return rewritten(bytes, mac, forget_session_key); };
  return std::make_unique<Writer>(journal, std::move(change));
}

std::unique_ptr<KvStore> wrap(Variant variant, KvStore& store, Scheduler& scheduler,
                              std::shared_ptr<const Group> process) {
  if (variant != Variant::kAcknowledgedBeforeApplied) return wrap(variant, store);
  return std::make_unique<LateRows>(store, scheduler, std::move(process));
}

std::unique_ptr<KvStore> wrap(Variant variant, KvStore& store) {
  if (variant == Variant::kErasedAccountStays) return std::make_unique<KeptRows>(store, tables::kAccounts);
  if (variant == Variant::kErasedAdministratorStays) return std::make_unique<KeptRows>(store, tables::kAdministrators);
  return nullptr;
}

}  // namespace ledgate::simulation
