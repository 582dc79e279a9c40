#include "projections/log/verdict.h"

#include "projections/rows/big_endian.h"
#include "projections/rows/expiry.h"

#include <algorithm>
#include <array>
#include <vector>

namespace ledgate {
namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kMeta, .name = "meta", .digest_mark = 0},
    ModelTable{.table = tables::kConflicts, .name = "conflicts", .digest_mark = 1},
    ModelTable{.table = tables::kTransactions, .name = "transactions", .digest_mark = 2},
    ModelTable{.table = tables::kForget, .name = "forget", .digest_mark = 3, .point_lookups = false},
    ModelTable{.table = tables::kRefused, .name = "refused", .digest_mark = 4, .point_lookups = false},
};

// The id begins with the writer's time, so ids can be forgotten in the order of their bytes; that holds only if the two
// agree.
bool is_stale(const journal::v1::Transaction& transaction, LogTime appended) {
  const std::int64_t at_ms = transaction.at_us() / 1000;
  const auto id = TransactionId::from_bytes(transaction.id());
  return !id || id->unix_ms() != at_ms || appended.ms - at_ms > kStaleAfterMs;
}

// A row of the conflict table: the position that last wrote the key, and when the key may be forgotten (0: never).
struct ConflictRow {
  std::uint64_t position = 0;
  std::int64_t forget_after_ms = 0;
};

template <class Reader>
ConflictRow find_conflict(const Reader& rows, std::string_view key) {
  const auto stored = rows.get(tables::kConflicts, key);
  if (!stored) return {};
  if (stored->size() != 2 * sizeof(std::uint64_t)) rows.damaged(tables::kConflicts, key);
  return {.position = from_big_endian<std::uint64_t>(*stored),
          .forget_after_ms = from_big_endian<std::int64_t>(std::string_view(*stored).substr(sizeof(std::uint64_t)))};
}

bool reads_hold(const journal::v1::Transaction& transaction, const Rows& rows) {
  return std::all_of(transaction.reads().begin(), transaction.reads().end(), [&](const journal::v1::ReadKey& read) {
    return find_conflict(rows, read.key()).position == read.position();
  });
}

// However often a key is written, it stands at most once in the index of what may be forgotten; forget_key() files it
// again if need be.
void write_keys(const journal::v1::Transaction& transaction, Position position, Rows& rows) {
  for (const journal::v1::WriteKey& write : transaction.writes()) {
    const ConflictRow before = find_conflict(rows, write.key());
    rows.put(tables::kConflicts, write.key(), big_endian(value(position)) + big_endian(write.forget_after_ms()));
    if (write.forget_after_ms() > 0 && before.forget_after_ms == 0) {
      schedule_expiry(rows, tables::kForget, write.forget_after_ms(), write.key());
    }
  }
}

void forget_key(std::string_view key, LogTime now, Rows& rows) {
  const ConflictRow row = find_conflict(rows, key);
  if (row.forget_after_ms > now.ms) {
    schedule_expiry(rows, tables::kForget, row.forget_after_ms, key);
  } else if (row.forget_after_ms > 0) {
    rows.erase(tables::kConflicts, key);
  }
}

void forget_expired(LogTime now, Rows& rows) {
  const std::int64_t horizon_ms = std::max<std::int64_t>(0, now.ms - kIdsRememberedMs);
  const std::string horizon = big_endian(horizon_ms).substr(2);  // ids begin with 48 bits of milliseconds
  std::vector<std::string> old_ids;
  rows.scan(tables::kTransactions, {}, horizon, [&](std::string_view id, std::string_view) {
    old_ids.emplace_back(id);
    return old_ids.size() < kPurgeRowsPerTick;
  });
  for (const std::string& id : old_ids) rows.erase(tables::kTransactions, id);
  purge_due(rows, tables::kForget, now, [&](std::string_view key) { forget_key(key, now, rows); });
}

}  // namespace

constinit const ModelSpec kReplicaModel{
    .name = "replica", .version = 1, .readable_from = 1, .tables = kTables, .apply_tick = forget_expired};

std::optional<Verdict> foresee(const journal::v1::Transaction& transaction, LogTime appended, const Rows& rows) {
  // Stale comes first: its id may be older than the memory of ids, so nothing may be concluded from that memory about
  // it.
  if (is_stale(transaction, appended)) return Verdict::kStale;
  if (rows.get(tables::kTransactions, transaction.id())) return std::nullopt;
  return reads_hold(transaction, rows) ? Verdict::kAccepted : Verdict::kConflict;
}

std::optional<Verdict> judge(const journal::v1::Transaction& transaction, Position position, LogTime appended,
                             Rows& rows) {
  const auto verdict = foresee(transaction, appended, rows);
  if (!verdict || verdict == Verdict::kStale) return verdict;
  const char stored = static_cast<char>(*verdict);
  rows.put(tables::kTransactions, transaction.id(), std::string_view(&stored, 1));
  if (verdict == Verdict::kAccepted) write_keys(transaction, position, rows);
  return verdict;
}

Position conflict_position(const KvReader& rows, std::string_view key) {
  return Position{find_conflict(rows, key).position};
}

}  // namespace ledgate
