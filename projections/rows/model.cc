#include "projections/rows/model.h"

namespace ledgate {

std::string table_name(const ModelSpec& model, std::uint32_t version, const ModelTable& table) {
  return std::string(model.name).append(".v").append(std::to_string(version)).append(".").append(table.name);
}

std::vector<TableSpec> table_specs(std::span<const ModelSpec> models) {
  std::vector<TableSpec> specs;
  for (const ModelSpec& model : models) {
    for (const ModelTable& table : model.tables) {
      specs.push_back({.table = table.table,
                       .name = table_name(model, model.version, table),
                       .point_lookups = table.point_lookups});
    }
  }
  return specs;
}

void apply_to_model(const ModelSpec& model, const AppliedTransaction& applied, Rows& rows) {
  const journal::v1::Transaction& transaction = applied.transaction;
  if (is_tick(transaction)) {
    if (model.apply_tick != nullptr) model.apply_tick(applied.time, rows);
    return;
  }
  if (model.apply_transaction != nullptr) model.apply_transaction(applied, rows);
  if (model.apply_event == nullptr) return;
  EventOrigin origin{.position = applied.position,
                     .time = applied.time,
                     .at_us = transaction.at_us(),
                     .transaction_id = transaction.id()};
  for (const journal::v1::Event& event : transaction.events()) {
    model.apply_event(event, origin, rows);
    ++origin.event_index;
  }
}

bool is_tick(const journal::v1::Transaction& transaction) {
  return transaction.events_size() == 1 && transaction.events(0).service().has_clock_ticked();
}

}  // namespace ledgate
