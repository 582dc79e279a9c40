#include "tests/unit/projections/program.h"

#include <algorithm>

namespace ledgate::testing {
namespace {

ModelSpec& find(std::vector<ModelSpec>& models, std::string_view name) {
  return *std::ranges::find(models, name, &ModelSpec::name);
}

}  // namespace

std::vector<ModelSpec> models_of_today() { return {all_models().begin(), all_models().end()}; }

std::vector<ModelSpec> with_version(std::vector<ModelSpec> models, std::string_view name, std::uint32_t version,
                                    std::uint32_t readable_from) {
  find(models, name).version = version;
  find(models, name).readable_from = readable_from;
  return models;
}

std::vector<ModelSpec> without(std::vector<ModelSpec> models, std::string_view name) {
  std::erase_if(models, [&](const ModelSpec& model) { return model.name == name; });
  return models;
}

std::vector<ModelSpec> with_fold(std::vector<ModelSpec> models, std::string_view name,
                                 void (*apply_event)(const journal::v1::Event&, const EventOrigin&, Rows&)) {
  find(models, name).apply_event = apply_event;
  return models;
}

void apply_with(const std::vector<ModelSpec>& models, KvStore& store, std::span<const JournalRecord> records) {
  Applier applier(store, test_vault(), {.models = models});
  for (const JournalRecord& record : records) {
    if (!applier.apply(record) || !applier.commit()) throw std::runtime_error("a record cannot be applied");
  }
}

std::unique_ptr<MemoryKv> open_with(const std::vector<ModelSpec>& models) {
  return std::make_unique<MemoryKv>(table_specs(models));
}

std::vector<TableRows> rows_of_model(const KvReader& rows, const std::vector<ModelSpec>& models,
                                     std::string_view name) {
  std::vector<TableRows> all;
  for (const ModelTable& table : find_model(models, name).tables) all.push_back(rows_of(rows, table.table));
  return all;
}

const ModelSpec& find_model(const std::vector<ModelSpec>& models, std::string_view name) {
  return *std::ranges::find(models, name, &ModelSpec::name);
}

std::optional<rows::v1::ReplicaState::Model> served(const KvReader& rows, std::string_view name) {
  const auto state = read_replica_state(rows);
  for (const auto& model : state.models()) {
    if (model.name() == name) return model;
  }
  return std::nullopt;
}

}  // namespace ledgate::testing
