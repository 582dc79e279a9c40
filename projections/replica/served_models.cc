#include "projections/replica/served_models.h"

#include "projections/log/verdict.h"
#include "projections/rows/parse.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate {
namespace {

constexpr std::uint32_t kNoVersion = 0;  // of tables without rows, and of those that are thrown away in the end

struct TableName {
  std::string_view model;
  std::uint32_t version = 0;
};

// "accounts.v1.rows"; nullopt: no name of ours.
std::optional<TableName> parse_name(std::string_view name) {
  const std::size_t mark = name.find(".v");
  if (mark == std::string_view::npos) return std::nullopt;
  TableName parsed{.model = name.substr(0, mark)};
  const char* const past = name.data() + name.size();
  const auto [end, error] = std::from_chars(name.data() + mark + 2, past, parsed.version);
  if (error != std::errc() || end == past || *end != '.') return std::nullopt;
  return parsed;
}

tl::unexpected<Error> made_by_newer(const std::string& what) {
  return fail(ErrorCode::kStorageFailed, "the rows were made by a newer ledgate (" + what +
                                             "); use that version, or fold them anew with this one: ledgate rebuild");
}

Status check_tables(const KvStore& store, std::span<const ModelSpec> models) {
  for (const std::string& name : store.table_names()) {
    const auto parsed = parse_name(name);
    const bool is_known = parsed && std::ranges::any_of(models, [&](const ModelSpec& model) {
                            return model.name == parsed->model && parsed->version <= model.version;
                          });
    if (!is_known) return made_by_newer("there is a table " + name);
  }
  return {};
}

Status check_state(const rows::v1::ReplicaState& state, std::span<const ModelSpec> models) {
  if (state.format() > kRowsFormat)
    return made_by_newer("their format is " + std::to_string(state.format()) + ", this version knows " +
                         std::to_string(kRowsFormat));
  for (const auto& row : state.models()) {
    const auto known = std::ranges::find(models, row.name(), &ModelSpec::name);
    if (known == models.end()) return made_by_newer("there is a model " + row.name());
    if (row.version() > known->version)
      return made_by_newer("the model " + row.name() + " has version " + std::to_string(row.version()) +
                           ", this version knows " + std::to_string(known->version));
  }
  return {};
}

void add_specs(std::vector<TableSpec>& specs, const ModelSpec& model, std::uint32_t version, Side side) {
  for (const ModelTable& table : model.tables) {
    specs.push_back({.table = side == Side::kBeside ? beside(table.table) : table.table,
                     .name = table_name(model, version, table),
                     .point_lookups = table.point_lookups});
  }
}

// Those of the replica's tables that the journal is judged with; its state and what was refused have one place.
bool is_judged_with(const ModelTable& table) { return table.table != tables::kMeta && table.table != tables::kRefused; }

std::vector<TableSpec> judging_specs() {
  std::vector<TableSpec> specs;
  for (const ModelTable& table : kReplicaModel.tables) {
    const std::uint32_t version = is_judged_with(table) ? kNoVersion : kReplicaModel.version;
    specs.push_back({.table = beside(table.table),
                     .name = table_name(kReplicaModel, version, table),
                     .point_lookups = table.point_lookups});
  }
  return specs;
}

// Drops the tables of all versions but the present one and `kept`.
Status drop_others(KvStore& store, const ModelSpec& model, std::uint32_t kept) {
  for (const std::string& name : store.table_names()) {
    const auto parsed = parse_name(name);
    if (parsed && parsed->model == model.name && parsed->version != kept && parsed->version != model.version)
      TRY_STATUS(store.drop(name));
  }
  return {};
}

}  // namespace

rows::v1::ReplicaState read_replica_state(const KvReader& rows) {
  return find_row<rows::v1::ReplicaState>(rows, tables::kMeta, state_key(Side::kServed))
      .value_or(rows::v1::ReplicaState());
}

rows::v1::ReplicaState read_beside_state(const KvReader& rows) {
  return find_row<rows::v1::ReplicaState>(rows, tables::kMeta, state_key(Side::kBeside))
      .value_or(rows::v1::ReplicaState());
}

std::vector<ServedModel> served_models(const rows::v1::ReplicaState& state, std::span<const ModelSpec> models) {
  std::vector<ServedModel> served;
  for (const ModelSpec& spec : models) {
    const auto row = std::ranges::find(state.models(), spec.name, [](const auto& model) { return model.name(); });
    const std::uint32_t stored = row == state.models().end() ? kNoVersion : row->version();
    served.push_back({.spec = &spec, .version = is_empty(state) ? spec.version : stored});
  }
  return served;
}

Status bind_tables(KvStore& store, std::span<const ModelSpec> models) {
  const auto state = read_replica_state(store.latest());
  TRY_STATUS(check_state(state, models));
  TRY_STATUS(check_tables(store, models));
  std::vector<TableSpec> specs;
  for (const ServedModel& model : served_models(state, models)) {
    if (model.spec->name == kReplicaModel.name) continue;
    TRY_STATUS(drop_others(store, *model.spec, model.version));
    if (model.is_current()) continue;
    add_specs(specs, *model.spec, model.version, Side::kServed);
    add_specs(specs, *model.spec, model.spec->version, Side::kBeside);
  }
  if (specs.empty()) return drop_others(store, kReplicaModel, kReplicaModel.version);
  std::ranges::copy(judging_specs(), std::back_inserter(specs));
  return store.bind(specs);
}

Status empty_beside(KvStore& store, std::span<const ModelSpec> models) {
  std::vector<TableSpec> specs;
  for (const ModelSpec& model : models) {
    if (model.name != kReplicaModel.name) add_specs(specs, model, model.version, Side::kBeside);
  }
  for (const TableSpec& spec : specs) TRY_STATUS(store.drop(spec.name));
  TRY_STATUS(drop_others(store, kReplicaModel, kReplicaModel.version));
  std::ranges::copy(judging_specs(), std::back_inserter(specs));
  return store.bind(specs);
}

Status serve_beside(KvStore& store, std::span<const ModelSpec> models) {
  std::vector<TableSpec> specs;
  for (const ModelSpec& model : models) {
    if (model.name != kReplicaModel.name) add_specs(specs, model, model.version, Side::kServed);
  }
  TRY_STATUS(store.bind(specs));
  for (const ModelSpec& model : models) TRY_STATUS(drop_others(store, model, model.version));
  return {};
}

}  // namespace ledgate
