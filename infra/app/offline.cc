#include "infra/app/offline.h"

#include "infra/app/progress.h"
#include "infra/app/storage.h"
#include "projections/tables.h"

#include <cstdio>
#include <optional>

namespace ledgate::infra {
namespace {

int refuse(const Error& error) {
  std::fprintf(stderr, "ledgate: %s\n",
               error.message.empty() ? std::string(error_row(error.code).sentence).c_str() : error.message.c_str());
  return kExitUnusable;
}

// Rows folded anew, beside those that are served.
struct Rebuilt {
  ReplicaStatus fresh;
  std::optional<ReplicaStatus> present;  // absent: there were no rows
};

// The present rows, caught up with the journal as a start would do, so that both are compared at the same position.
Result<std::optional<ReplicaStatus>> present_status(const Settings& settings) {
  std::error_code ignored;
  if (!std::filesystem::exists(DataPaths(settings.data).rows, ignored)) return std::optional<ReplicaStatus>();
  const auto storage = TRY(open_storage(settings, RowsUse::kServe, {}));
  TRY_STATUS(await_replica(*storage, RowsUse::kServe));
  TRY_STATUS(storage->replica->catch_up());
  TRY_STATUS(storage->store->flush());
  return std::optional<ReplicaStatus>(storage->replica->status());
}

Result<ReplicaStatus> build(const Settings& settings, bool check_files) {
  std::optional<Progress> progress;
  Replica::Options options;
  options.on_progress = [&](Position position) {
    if (progress) progress->at(position);
  };
  const auto storage = TRY(open_storage(settings, RowsUse::kBuild, std::move(options)));
  TRY_STATUS(await_replica(*storage, RowsUse::kBuild));
  if (check_files && storage->embedded) TRY_STATUS(storage->embedded->verify());
  progress.emplace("folding the journal", Position{0}, TRY(storage->reader().end()));
  TRY_STATUS(storage->replica->catch_up());
  TRY_STATUS(storage->store->flush());
  const ReplicaStatus status = storage->replica->status();
  progress->finish(status.position);
  return status;
}

Result<Rebuilt> build_and_compare(const Settings& settings, bool check_files) {
  Rebuilt rebuilt;
  rebuilt.present = TRY(present_status(settings));
  rebuilt.fresh = TRY(build(settings, check_files));
  return rebuilt;
}

// Prints one line for each projection; true when all are as they should be.
bool report(const Rebuilt& rebuilt) {
  bool equal = true;
  for (std::size_t i = 0; i < rebuilt.fresh.projections.size(); ++i) {
    const auto& fresh = rebuilt.fresh.projections[i];
    const char* verdict = "new";
    if (rebuilt.present) {
      const bool same = rebuilt.present->projections.size() == rebuilt.fresh.projections.size() &&
                        rebuilt.present->projections[i].digest == fresh.digest;
      equal = equal && same;
      verdict = same ? "equal" : "DIFFERENT";
    }
    std::printf("%-14s v%u  %s  %s\n", fresh.name.c_str(), fresh.version, fresh.digest.c_str(), verdict);
  }
  std::printf("position %llu, chain %s\n", static_cast<unsigned long long>(value(rebuilt.fresh.position)),
              rebuilt.fresh.chain.c_str());
  return equal;
}

// The served rows step aside before the new ones take their place, so that a crash in between leaves none and the next
// start folds them again.
Status swap_in(const DataPaths& paths) {
  std::error_code failed;
  std::filesystem::remove_all(paths.rows, failed);
  if (!failed) std::filesystem::rename(paths.rows_building, paths.rows, failed);
  if (failed) return fail(ErrorCode::kStorageFailed, "cannot put the new rows in place: " + failed.message());
  return {};
}

}  // namespace

int rebuild(const Settings& settings) {
  const auto rebuilt = build_and_compare(settings, false);
  if (!rebuilt) return refuse(rebuilt.error());
  const bool equal = report(*rebuilt);
  if (const auto swapped = swap_in(DataPaths(settings.data)); !swapped) return refuse(swapped.error());
  std::printf(equal ? "rebuilt\n" : "rebuilt; the rows before were not what the journal says\n");
  return equal ? kExitOk : kExitDifference;
}

int verify(const Settings& settings) {
  const auto rebuilt = build_and_compare(settings, true);
  std::error_code ignored;
  std::filesystem::remove_all(DataPaths(settings.data).rows_building, ignored);
  if (!rebuilt) return refuse(rebuilt.error());
  const bool equal = report(*rebuilt);
  std::printf(equal ? "verified\n" : "the rows are not what the journal says; run ledgate rebuild\n");
  return equal ? kExitOk : kExitDifference;
}

int keyring_init(const Settings& settings) {
  const auto keyring = Keyring::create(settings.master_key_file);
  if (!keyring) return refuse(keyring.error());
  std::printf("made %s; keep a copy of it in a safe place, apart from backups of the data\n",
              settings.master_key_file.c_str());
  return kExitOk;
}

int keyring_rotate(const Settings& settings) {
  const auto keyring = Keyring::rotate(settings.master_key_file);
  if (!keyring) return refuse(keyring.error());
  std::printf("epoch %u added to %s; restart the nodes to use it\n", keyring->present().number,
              settings.master_key_file.c_str());
  return kExitOk;
}

}  // namespace ledgate::infra
