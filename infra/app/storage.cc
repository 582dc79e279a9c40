#include "infra/app/storage.h"

#include "commands/service/service_events.h"
#include "infra/crypto/derived_keys.h"
#include "infra/fibers/fiber_waiting.h"
#include "projections/replica/applier.h"
#include "projections/replica/registry.h"

#include <future>

namespace ledgate::infra {
namespace {

constexpr std::chrono::seconds kBrokersPatience{15};

// Record 0, durable before anything else happens. On Kafka others may write one at the same time: the first counts, and
// the rest is refused alike on all nodes.
Status append_genesis(Storage& storage) {
  std::promise<AppendReport> reported;
  storage.writer().append(genesis_record(*storage.vault, storage.entropy, storage.clock, "default"),
                          [&](AppendReport report) { reported.set_value(report); });
  if (reported.get_future().get().outcome == AppendOutcome::kAppended) return {};
  return fail(storage.kafka ? ErrorCode::kJournalUnavailable : ErrorCode::kStorageFailed,
              "the journal's first record could not be written");
}

bool is_empty(Storage& storage) {
  const auto end = storage.reader().end();
  return end && *end == Position{0};
}

bool has_journal(const DataPaths& paths) {
  std::error_code ignored;
  return std::filesystem::exists(paths.journal, ignored);
}

}  // namespace

Result<Keyring> open_keyring(const Settings& settings) {
  std::error_code ignored;
  if (std::filesystem::exists(settings.master_key_file, ignored)) return Keyring::load(settings.master_key_file);
  if (settings.journal == JournalKind::kKafka) {
    return fail(
        ErrorCode::kKeyringUnusable,
        "the key file " + settings.master_key_file.string() +
            " is missing: all nodes of one journal share one keyring; make it once with ledgate keyring init and "
            "give a copy to each (master_key_file)");
  }
  if (has_journal(DataPaths(settings.data))) {
    return fail(ErrorCode::kKeyringUnusable, "the key file " + settings.master_key_file.string() +
                                                 " is missing, and the journal in " + settings.data.string() +
                                                 " cannot be read without it; restore it (master_key_file)");
  }
  return Keyring::create(settings.master_key_file);
}

JournalReader& Storage::reader() const {
  if (kafka) return *kafka;
  return *embedded;
}

JournalWriter& Storage::writer() const {
  if (kafka) return *kafka;
  return *embedded;
}

void Storage::close_journal() const {
  if (kafka) return kafka->close();
  embedded->close();
}

namespace {

KafkaJournalOptions kafka_options(const Settings& settings, bool may_create) {
  KafkaJournalOptions options;
  options.kafka = {.brokers = settings.kafka.brokers,
                   .topic = settings.kafka.topic,
                   .replication = settings.kafka.replication,
                   .client_id = "ledgate/" + settings.node.id,
                   .properties = settings.kafka.property};
  options.may_create = may_create;
  return options;
}

std::vector<VoidedRecord> voided_records(const Settings& settings) {
  std::vector<VoidedRecord> voided;
  for (const std::string& text : settings.journal_void) {
    const std::size_t colon = text.find(':');
    voided.push_back({.position = Position{std::stoull(text.substr(0, colon))}, .hash = text.substr(colon + 1)});
  }
  return voided;
}

}  // namespace

Result<std::unique_ptr<Storage>> open_storage(const Settings& settings, RowsUse use, Replica::Options options,
                                              FatalHandler rows_fatal) {
  const DataPaths paths(settings.data);
  const bool building = use == RowsUse::kBuild;
  if (building && settings.journal == JournalKind::kEmbedded && !has_journal(paths)) {
    return fail(ErrorCode::kStorageFailed, "there is no journal in " + settings.data.string() + " (data)");
  }
  auto storage = std::make_unique<Storage>();
  std::error_code failed;
  std::filesystem::create_directories(settings.data, failed);
  if (failed)
    return fail(ErrorCode::kStorageFailed,
                "cannot make the directory " + settings.data.string() + ": " + failed.message());
  Keyring keyring = TRY(open_keyring(settings));
  storage->refresh_token_key = keyring.derive(kRefreshTokenLabel);
  storage->first_password_key = keyring.derive(kFirstPasswordLabel);
  storage->vault = std::make_unique<KeyringVault>(std::move(keyring));
  if (building) std::filesystem::remove_all(paths.rows_building, failed);
  if (settings.journal == JournalKind::kEmbedded)
    storage->embedded = TRY(EmbeddedJournal::open(paths.journal.string(), storage->clock));
  storage->store = TRY(RocksStore::open((building ? paths.rows_building : paths.rows).string(), table_specs(),
                                        {.disable_wal = building, .fatal = std::move(rows_fatal)}));
  TRY_STATUS(bind_tables(*storage->store, all_models()));
  if (settings.journal == JournalKind::kKafka) {
    const bool no_rows = read_replica_state(storage->store->latest()).journal_id().empty();
    storage->kafka = TRY(KafkaJournal::open(kafka_options(settings, use == RowsUse::kServe && no_rows)));
  }
  storage->awaiter = std::make_unique<Awaiter>(fiber_waiting());
  options.voided = voided_records(settings);
  storage->beside = storage->kafka ? storage->kafka->second_reader() : storage->embedded->second_reader();
  options.beside = storage->beside.get();
  storage->replica = std::make_unique<Replica>(storage->reader(), *storage->store, *storage->vault, *storage->awaiter,
                                               std::move(options));
  return storage;
}

Status open_replica(Storage& storage, RowsUse use) {
  auto opened = storage.replica->open();
  if (opened || opened.error().code != ErrorCode::kJournalUnavailable || use != RowsUse::kServe || !is_empty(storage))
    return opened;
  TRY_STATUS(append_genesis(storage));
  return storage.replica->open();
}

Status await_replica(Storage& storage, RowsUse use) {
  if (storage.kafka) storage.kafka->wait_until_usable(kBrokersPatience);
  return open_replica(storage, use);
}

}  // namespace ledgate::infra
