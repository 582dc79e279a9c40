#include "projections/replica/beside_fold.h"

#include "projections/log/verdict.h"

#include <algorithm>
#include <exception>

namespace ledgate {
namespace {

// Small, so that commands whose rows are written meanwhile wait for a moment only.
constexpr std::size_t kStepRecords = 256;
constexpr std::size_t kStepBytes = 1 << 20;

// Whether the fold that was begun is the one that is wanted.
bool continues(const rows::v1::ReplicaState& begun, std::span<const ModelSpec> models) {
  return std::ranges::equal(begun.models(), models, [](const auto& row, const ModelSpec& model) {
    return row.name() == model.name && row.version() == model.version;
  });
}

}  // namespace

Result<std::unique_ptr<BesideFold>> BesideFold::make(JournalReader& journal, KvStore& store, const RecordMac& mac,
                                                     const ApplierOptions& options) {
  std::vector<ModelSpec> wanted{kReplicaModel};
  std::vector<FoldedModel> models;
  bool comes_first = false;
  for (const ServedModel& model : served_models(read_replica_state(store.latest()), options.models)) {
    if (model.is_current()) continue;
    wanted.push_back(*model.spec);
    models.push_back({.name = std::string(model.spec->name), .served = model.version, .version = model.spec->version});
    comes_first = comes_first || !model.is_readable();
  }
  if (models.empty()) return nullptr;
  if (!continues(read_beside_state(store.latest()), wanted)) {
    const auto batch = store.new_batch();
    batch->erase(tables::kMeta, state_key(Side::kBeside));
    TRY_STATUS(store.write(*batch));
    TRY_STATUS(empty_beside(store, wanted));
  }
  ApplierOptions fold{.voided = options.voided, .models = std::move(wanted), .side = Side::kBeside};
  std::unique_ptr<BesideFold> made(new BesideFold(journal, store, mac, std::move(fold)));
  made->models_ = std::move(models);
  made->comes_first_ = comes_first;
  return made;
}

BesideFold::BesideFold(JournalReader& journal, KvStore& store, const RecordMac& mac, ApplierOptions options)
    : journal_(journal), applier_(store, mac, std::move(options)) {}

// A model cannot refuse a fact, so what it throws is a fault of the program; it must not take the served rows along.
Status BesideFold::step(Position applied, std::chrono::milliseconds timeout) {
  const Position from = next_position();
  if (from > applied) return {};
  const std::size_t missing = value(applied) - value(from) + 1;
  const auto records = TRY(journal_.read(from, std::min(kStepRecords, missing), kStepBytes, timeout));
  try {
    for (const JournalRecord& record : records) TRY_STATUS(applier_.apply(record));
    return applier_.commit().map([](const auto&) {});
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::kInternal, "while record " + std::to_string(value(next_position())) +
                                          " of the journal was folded: " + thrown.what());
  }
}

}  // namespace ledgate
