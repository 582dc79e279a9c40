// The storage side of a node, opened and checked: keyring, journal, rows, replica. What serve, rebuild and verify have
// in common.
#pragma once

#include "domain/errors/result.h"
#include "infra/config/settings.h"
#include "infra/crypto/system_clock.h"
#include "infra/crypto/system_entropy.h"
#include "infra/crypto/vault.h"
#include "infra/kafka/kafka_journal.h"
#include "infra/rocksdb/embedded_journal.h"
#include "infra/rocksdb/rocks_store.h"
#include "projections/log/awaiter.h"
#include "projections/replica/replica.h"

#include <filesystem>
#include <memory>

namespace ledgate::infra {

// Where things lie below `data`.
struct DataPaths {
  std::filesystem::path journal;
  std::filesystem::path rows;
  std::filesystem::path rows_building;  // while `rebuild` or `verify` folds the journal anew
  explicit DataPaths(const std::filesystem::path& data)
      : journal(data / "journal"), rows(data / "rows"), rows_building(data / "rows.building") {}
};

// The key file of this data directory; made on the very first start, when there is no journal yet. One journal on Kafka
// has many nodes and one keyring, so there it is never made. kKeyringUnusable: missing or unfit.
Result<Keyring> open_keyring(const Settings& settings);

// A journal and the rows folded from it. Members are in the order of dependence.
struct Storage {
  SystemClock clock;
  SystemEntropy entropy;
  std::unique_ptr<KeyringVault> vault;
  Secret<Key32> refresh_token_key;
  Secret<Key32> first_password_key;
  std::unique_ptr<RocksStore> store;
  std::unique_ptr<EmbeddedJournal> embedded;  // one of the two
  std::unique_ptr<KafkaJournal> kafka;
  std::unique_ptr<JournalReader> beside;  // of models that are folded anew
  std::unique_ptr<Awaiter> awaiter;
  std::unique_ptr<Replica> replica;

  [[nodiscard]] JournalReader& reader() const;
  [[nodiscard]] JournalWriter& writer() const;
  // Refuses what comes after and finishes what is under way.
  void close_journal() const;
};

enum class RowsUse : std::uint8_t {
  kServe,  // the rows that queries read; a journal without a genesis gets one
  kBuild,  // an empty directory beside them, written without a log of its own
};

// Opens everything; the journal on Kafka may still be out of reach. Each error is one line for the operator.
// `rows_fatal`: see RocksStoreOptions::fatal.
Result<std::unique_ptr<Storage>> open_storage(const Settings& settings, RowsUse use, Replica::Options options,
                                              FatalHandler rows_fatal = {});

// Checks that rows and journal belong together; an empty journal gets its genesis when it is to be served from. Nothing
// is applied yet. kJournalUnavailable: the brokers are out of reach for now; try again.
Status open_replica(Storage& storage, RowsUse use);

// The same for commands that have nothing better to do than wait: at most some seconds for the brokers.
Status await_replica(Storage& storage, RowsUse use);

}  // namespace ledgate::infra
