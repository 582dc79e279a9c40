#include "infra/app/storage.h"

#include "commands/service_events.h"
#include "infra/crypto/derived_keys.h"
#include "projections/tables.h"

#include <future>

namespace ledgate::infra {
namespace {

// Record 0, durable before anything else happens.
Status append_genesis(Storage& storage) {
  std::promise<AppendReport> reported;
  storage.journal->append(genesis_record(*storage.vault, storage.entropy, storage.clock, "default"),
                          [&](AppendReport report) { reported.set_value(report); });
  if (reported.get_future().get().outcome == AppendOutcome::kAppended) return {};
  return fail(ErrorCode::kStorageFailed, "the journal's first record could not be written");
}

Status open_replica(Storage& storage, RowsUse use) {
  auto opened = storage.replica->open();
  if (opened || opened.error().code != ErrorCode::kJournalUnavailable || use != RowsUse::kServe) return opened;
  TRY_STATUS(append_genesis(storage));
  return storage.replica->open();
}

bool has_journal(const DataPaths& paths) {
  std::error_code ignored;
  return std::filesystem::exists(paths.journal, ignored);
}

}  // namespace

Result<Keyring> open_keyring(const Settings& settings) {
  std::error_code ignored;
  if (std::filesystem::exists(settings.master_key_file, ignored)) return Keyring::load(settings.master_key_file);
  if (has_journal(DataPaths(settings.data))) {
    return fail(ErrorCode::kKeyringUnusable, "the key file " + settings.master_key_file.string() +
                                                 " is missing, and the journal in " + settings.data.string() +
                                                 " cannot be read without it; restore it (master_key_file)");
  }
  return Keyring::create(settings.master_key_file);
}

Result<std::unique_ptr<Storage>> open_storage(const Settings& settings, RowsUse use, Replica::Options options) {
  const DataPaths paths(settings.data);
  if (use == RowsUse::kBuild && !has_journal(paths)) {
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
  storage->vault = std::make_unique<KeyringVault>(std::move(keyring));
  storage->journal = TRY(EmbeddedJournal::open(paths.journal.string(), storage->clock));
  const bool building = use == RowsUse::kBuild;
  if (building) std::filesystem::remove_all(paths.rows_building, failed);
  storage->store = TRY(RocksStore::open((building ? paths.rows_building : paths.rows).string(), tables::specs(),
                                        {.disable_wal = building}));
  storage->awaiter = std::make_unique<Awaiter>();
  storage->replica = std::make_unique<Replica>(*storage->journal, *storage->store, *storage->vault, *storage->awaiter,
                                               std::move(options));
  TRY_STATUS(open_replica(*storage, use));
  return storage;
}

}  // namespace ledgate::infra
