#include "infra/app/offline.h"

#include "api/service/openapi.h"
#include "infra/app/progress.h"
#include "infra/app/storage.h"
#include "infra/config/version.h"
#include "projections/replica/registry.h"

#include <algorithm>
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
  std::optional<ReplicaStatus> present;  // absent: there were no rows, or none that can be read
  std::string unreadable;                // why not; empty: there is nothing wrong with them
};

// The store found rows that cannot be read.
struct RowsUnreadable {
  std::string line;
};

// The present rows, caught up with the journal as a start would do, so that both are compared at the same position.
Result<ReplicaStatus> present_status(const Settings& settings) {
  const FatalHandler throws = [](std::string_view line) { throw RowsUnreadable{std::string(line)}; };
  try {
    const auto storage = TRY(open_storage(settings, RowsUse::kServe, {}, throws));
    TRY_STATUS(await_replica(*storage, RowsUse::kServe));
    TRY_STATUS(storage->replica->catch_up());
    TRY_STATUS(storage->store->flush());
    return storage->replica->status();
  } catch (const RowsUnreadable& found) {
    return fail(ErrorCode::kStorageFailed, found.line);
  }
}

// Rows that know of records which the journal does not have are the last witness of what was lost: nothing is put in
// their place. All else that is wrong with them a rebuild sets right; what is wrong with the journal, it will find.
bool is_about_the_journal(const Error& error) {
  return error.code == ErrorCode::kJournalTruncated || error.code == ErrorCode::kJournalCorrupt ||
         error.code == ErrorCode::kJournalUnavailable;
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
  std::error_code ignored;
  if (std::filesystem::exists(DataPaths(settings.data).rows, ignored)) {
    auto present = present_status(settings);
    if (!present && is_about_the_journal(present.error())) return fail(present.error());
    if (!present) rebuilt.unreadable = present.error().message;
    if (present) rebuilt.present = std::move(*present);
  }
  rebuilt.fresh = TRY(build(settings, check_files));
  return rebuilt;
}

// What the present rows are to the fresh ones; only rows of the same version can be compared.
enum class Comparison : std::uint8_t { kNew, kOtherVersion, kEqual, kDifferent };

Comparison compare(const Rebuilt& rebuilt, const ReplicaStatus::Row& fresh) {
  if (!rebuilt.present) return Comparison::kNew;
  const auto& rows = rebuilt.present->projections;
  const auto present = std::ranges::find(rows, fresh.name, &ReplicaStatus::Row::name);
  if (present == rows.end() || present->version != fresh.version) return Comparison::kOtherVersion;
  return present->digest == fresh.digest ? Comparison::kEqual : Comparison::kDifferent;
}

const char* to_string(Comparison comparison) {
  switch (comparison) {
    case Comparison::kNew:
      return "new";
    case Comparison::kOtherVersion:
      return "not folded in this version yet";
    case Comparison::kEqual:
      return "equal";
    case Comparison::kDifferent:
      return "DIFFERENT";
  }
  return "";
}

// Prints one line for each model and one for the journal; true when all are as they should be.
bool report(const Rebuilt& rebuilt) {
  bool equal = rebuilt.unreadable.empty();
  if (!equal) std::printf("the present rows cannot be read: %s\n", rebuilt.unreadable.c_str());
  for (const auto& fresh : rebuilt.fresh.projections) {
    const Comparison compared = compare(rebuilt, fresh);
    equal = equal && compared != Comparison::kDifferent;
    std::printf("%-14s v%u  %s  %s\n", fresh.name.c_str(), fresh.version, fresh.digest.c_str(), to_string(compared));
  }
  const bool same_log = !rebuilt.present || (rebuilt.present->position == rebuilt.fresh.position &&
                                             rebuilt.present->chain == rebuilt.fresh.chain);
  std::printf("position %llu, chain %s%s\n", static_cast<unsigned long long>(value(rebuilt.fresh.position)),
              rebuilt.fresh.chain.c_str(), same_log ? "" : "  DIFFERENT");
  return equal && same_log;
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

int print_openapi() {
  std::puts(api::openapi_document(version()).c_str());
  return kExitOk;
}

}  // namespace ledgate::infra
