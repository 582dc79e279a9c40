// Journal records of arbitrary bytes: applying is total. Whatever stands in a record, ours by its MAC or not, the node
// applies it, refuses it or stops at it; it never crashes or throws, and what it made can be read. Applied twice, in
// one batch and in two, it gives the same rows.
//
// The first byte of an input chooses: 0 the bytes as they are, 1 a genesis, 2 a transaction, 3 a record of whatever
// format and kind, all of them with a good MAC; 4 a transaction with an id of now, so that it is not stale.
#include "infra/crypto/keyring_text.h"
#include "infra/crypto/vault.h"
#include "projections/models/audit.h"
#include "projections/models/directory.h"
#include "projections/models/sessions.h"
#include "projections/models/signing_keys.h"
#include "projections/replica/applier.h"
#include "projections/replica/registry.h"
#include "tests/support/memory_kv.h"

#include <cstdio>
#include <cstdlib>

namespace {

using ledgate::Applier;
using ledgate::JournalRecord;
using ledgate::KvReader;
using ledgate::LogTime;
using ledgate::Position;
using ledgate::RecordKind;
using ledgate::testing::MemoryKv;

constexpr std::int64_t kNowMs = 1'700'000'000'000;
constexpr std::int64_t kDayMs = 24LL * 60 * 60 * 1000;

struct Node {
  Node(const ledgate::infra::KeyringVault& vault) : store(ledgate::table_specs()), applier(store, vault) {}
  MemoryKv store;
  Applier applier;
};

struct Fixture {
  Fixture() : vault(ledgate::infra::KeyringText::fresh(1)) {
    ledgate::journal::v1::Genesis message;
    message.set_journal_id(std::string(16, 'j'));
    message.set_format(ledgate::kRecordFormat);
    genesis = seal_record(RecordKind::kGenesis, message.SerializeAsString(), vault);
    ledgate::journal::v1::Transaction transaction;
    transaction.add_events()->mutable_service()->mutable_clock_ticked();
    tick = seal(transaction, kNowMs + kDayMs);
  }
  std::string seal(ledgate::journal::v1::Transaction& transaction, std::int64_t at_ms) const {
    transaction.set_id(std::string(ledgate::uuid_v7<ledgate::TransactionId>(at_ms, {1, 2, 3}).raw()));
    transaction.set_at_us(at_ms * 1000);
    return seal_record(RecordKind::kTransaction, transaction.SerializeAsString(), vault);
  }

  const ledgate::infra::KeyringVault vault;
  std::string genesis;
  std::string tick;
};

std::string record_of(const Fixture& fixture, std::uint8_t choice, const std::string& payload) {
  switch (choice % 5) {
    case 1:
      return seal_record(RecordKind::kGenesis, payload, fixture.vault);
    case 2:
      return seal_record(RecordKind::kTransaction, payload, fixture.vault);
    case 3: {
      if (payload.size() < 2) return payload;
      const auto mac = fixture.vault.tag(payload);
      return "LJ" + std::string(mac.begin(), mac.end()) + payload;
    }
    case 4: {
      ledgate::journal::v1::Transaction transaction;
      if (!transaction.ParseFromString(payload)) return payload;
      return fixture.seal(transaction, kNowMs);
    }
    default:
      return payload;
  }
}

// Every row of every table, as one text.
std::string all_rows(const KvReader& rows) {
  std::string all;
  for (const auto& spec : ledgate::table_specs()) {
    rows.scan(spec.table, {}, {}, KvReader::Order::kAscending, [&](auto key, auto value) {
      all.append(key).append(1, '\n').append(value).append(1, '\n');
      return true;
    });
  }
  return all;
}

void ask_everything(const KvReader& rows) {
  for (const auto& entry : scan_audit(rows, {}, [](const auto&) { return true; }).entries)
    (void)ledgate::describe(entry.row.event());
  (void)scan_audit(rows, {.from = LogTime{kNowMs}, .to = LogTime{kNowMs + 1}}, [](const auto&) { return true; });
  (void)list_users(rows, ledgate::UserNumber{0}, 100);
  (void)list_signing_keys(rows);
  (void)sessions_of(rows, ledgate::UserId(), {.wanted = [](const auto&) { return true; }});
}

// The record twice (the second is a duplicate, a conflict or applied again) and a tick a day later.
std::string apply(const Fixture& fixture, const std::string& bytes, bool one_batch) {
  Node node(fixture.vault);
  std::uint64_t position = 0;
  for (const auto& [record, late_ms] : {std::pair<const std::string*, std::int64_t>{&fixture.genesis, 0},
                                        {&bytes, 1},
                                        {&bytes, 2},
                                        {&fixture.tick, kDayMs}}) {
    if (!node.applier.apply({.position = Position{position}, .appended = LogTime{kNowMs + late_ms}, .bytes = *record}))
      break;
    if (!one_batch && !node.applier.commit()) std::abort();
    ++position;
  }
  if (!node.applier.commit()) std::abort();
  ask_everything(node.store.latest());
  return all_rows(node.store.latest());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture fixture;
  if (size == 0) return 0;
  const std::string bytes = record_of(fixture, data[0], std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  {
    Node empty(fixture.vault);
    (void)empty.applier.apply({.position = Position{0}, .appended = LogTime{kNowMs}, .bytes = bytes});
    (void)empty.applier.genesis_id({.position = Position{0}, .appended = LogTime{kNowMs}, .bytes = bytes});
  }
  if (apply(fixture, bytes, true) != apply(fixture, bytes, false)) {
    std::fprintf(stderr, "batches make a difference\n");
    std::abort();
  }
  return 0;
}
