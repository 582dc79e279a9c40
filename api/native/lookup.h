// What native routes have in common: users by either id, and pages.
#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

#include <optional>
#include <string_view>

namespace ledgate::api::native {

// A UUID, or the number. nullopt: it is neither, or nobody has that number.
std::optional<UserId> find_user(const KvReader& rows, std::string_view text);

// The user's object of the native API, as the command left it.
Answer show_user(const ApiContext& context, const Granted& granted);

struct PageQuery {
  std::size_t limit = 0;
  std::string scope;                 // what cursors of this list are bound to
  std::optional<std::string> place;  // where to go on, as the last page's cursor had it
};
Result<PageQuery> page_query(const ApiContext& context, const Call& call, const nlohmann::json& query);

// Optional values as JSON.
nlohmann::ordered_json text_or_null(std::string_view text);
template <class IdType>
nlohmann::ordered_json id_or_null(std::string_view raw) {
  const auto id = IdType::from_bytes(raw);
  return id ? nlohmann::ordered_json(id->to_string()) : nlohmann::ordered_json(nullptr);
}

}  // namespace ledgate::api::native
