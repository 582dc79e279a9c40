// Logs and nodes for the tests of the read side: what is written by hand here, commands write in a real node.
#pragma once

#include "domain/journal.pb.h"
#include "infra/crypto/vault.h"
#include "projections/models/accounts.h"
#include "projections/models/api_tokens.h"
#include "projections/models/audit.h"
#include "projections/models/directory.h"
#include "projections/models/idempotency.h"
#include "projections/models/limits.h"
#include "projections/models/one_time.h"
#include "projections/models/outbox.h"
#include "projections/models/referrals.h"
#include "projections/models/sessions.h"
#include "projections/models/signing_keys.h"
#include "projections/replica/applier.h"
#include "tests/support/memory_kv.h"

#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace ledgate::testing {

inline constexpr std::int64_t kStartMs = 1'700'000'000'000;

// The sample keyring of the crypto tests; always the same.
const infra::KeyringVault& test_vault();
// A keyring that is not ours.
const infra::KeyringVault& foreign_vault();

// 16 bytes that stand for a name: a conflict key, an index, an id.
std::string key_of(std::string_view name);

using TableRows = std::map<std::string, std::string>;
// Every row of every table, the replica's own included: what must be equal when two nodes are.
std::vector<TableRows> dump(const KvReader& rows);
TableRows rows_of(const KvReader& rows, Table table);
// The names of the tables that differ, for failure messages.
std::string difference(const std::vector<TableRows>& a, const std::vector<TableRows>& b);

// Rows and the applier that writes them.
class Node {
 public:
  explicit Node(const RecordMac& mac = test_vault());

  Status apply(const JournalRecord& record) { return applier_->apply(record); }
  // Applies them as one batch and commits; what was settled is kept in settlements().
  Status apply_all(std::span<const JournalRecord> records);
  Status commit();
  // The process ends and another one begins on the same rows; what was not committed is lost.
  void restart() { applier_ = std::make_unique<Applier>(store_, mac_); }

  [[nodiscard]] const KvReader& rows() const { return store_.latest(); }
  [[nodiscard]] MemoryKv& store() { return store_; }
  [[nodiscard]] Applier& applier() { return *applier_; }
  [[nodiscard]] rows::v1::ReplicaState state() const { return read_replica_state(store_.latest()); }
  [[nodiscard]] const std::vector<Applier::Settlement>& settlements() const { return settlements_; }

 private:
  const RecordMac& mac_;
  MemoryKv store_;
  std::unique_ptr<Applier> applier_;
  std::vector<Applier::Settlement> settlements_;
};

// A log being written, and a node that follows it record by record, so that reads can be declared as a writer would.
class Log {
 public:
  explicit Log(std::uint64_t seed = 1);  // begins with a genesis

  [[nodiscard]] std::int64_t now_ms() const { return now_ms_; }
  void advance(std::int64_t ms) { now_ms_ += ms; }

  // A transaction with an id of now, and nothing else.
  journal::v1::Transaction transaction();
  void read(journal::v1::Transaction& transaction, std::string_view key_name);
  static void read_at(journal::v1::Transaction& transaction, std::string_view key_name, Position position);
  static void write(journal::v1::Transaction& transaction, std::string_view key_name, std::int64_t forget_after_ms = 0);

  // Appends and applies. The verdict is that of the node; nullopt: a duplicate, or no transaction of ours.
  std::optional<Verdict> append(const journal::v1::Transaction& transaction);
  std::optional<Verdict> append_bytes(std::string bytes);
  // What append() takes as one step.
  std::optional<Verdict> append_event(journal::v1::Event event);
  void tick();  // always accepted

  [[nodiscard]] const std::vector<JournalRecord>& records() const { return records_; }
  [[nodiscard]] Node& node() { return node_; }
  [[nodiscard]] const KvReader& rows() const { return node_.rows(); }
  [[nodiscard]] Position last() const { return records_.back().position; }
  std::mt19937_64& random() { return random_; }

 private:
  std::mt19937_64 random_;
  std::int64_t now_ms_ = kStartMs;
  Node node_;
  std::vector<JournalRecord> records_;
};

// ---- events ----

journal::v1::Personal sealed(std::string_view subject);
journal::v1::Event user_registered(std::string_view user, std::string_view login);
journal::v1::Event session_begun(std::string_view user, std::string_view session, std::int64_t refresh_lifetime_s,
                                 bool rotating);
journal::v1::Event session_rotated(std::string_view user, std::string_view session, std::uint32_t generation);
journal::v1::Event session_ended(std::string_view user, std::string_view session);
journal::v1::Event login_failed(std::string_view user);
journal::v1::Event service_started();

template <class IdType>
IdType id_of(std::string_view name) {
  return *IdType::from_bytes(key_of(name));
}

}  // namespace ledgate::testing
