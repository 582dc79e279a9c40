// Programs of different versions on the same rows.
#pragma once

#include "projections/replica/served_models.h"
#include "tests/unit/projections/support.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ledgate::testing {

std::vector<ModelSpec> models_of_today();
// The same, but for one model's version and the oldest one it reads.
std::vector<ModelSpec> with_version(std::vector<ModelSpec> models, std::string_view name, std::uint32_t version,
                                    std::uint32_t readable_from);
std::vector<ModelSpec> without(std::vector<ModelSpec> models, std::string_view name);
// The same, but for what one model makes of an event.
std::vector<ModelSpec> with_fold(std::vector<ModelSpec> models, std::string_view name,
                                 void (*apply_event)(const journal::v1::Event&, const EventOrigin&, Rows&));

// Rows as a program leaves them that has applied these records from the beginning, one batch each.
void apply_with(const std::vector<ModelSpec>& models, KvStore& store, std::span<const JournalRecord> records);
// A store as a program opens it; its tables are bound.
std::unique_ptr<MemoryKv> open_with(const std::vector<ModelSpec>& models);

// The rows of the tables of one model, as they are served.
std::vector<TableRows> rows_of_model(const KvReader& rows, const std::vector<ModelSpec>& models, std::string_view name);
const ModelSpec& find_model(const std::vector<ModelSpec>& models, std::string_view name);
// The version that the state tells of, and the digest; nullopt: none.
std::optional<rows::v1::ReplicaState::Model> served(const KvReader& rows, std::string_view name);

}  // namespace ledgate::testing
