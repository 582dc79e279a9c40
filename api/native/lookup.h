// What native routes have in common: a user's object, and pages.
#pragma once

#include "api/auth/named_user.h"
#include "api/contract/call.h"
#include "api/contract/context.h"

#include <optional>
#include <string_view>

namespace ledgate::api::native {

// The user's object of the native API, as the command left it.
Answer show_user(const ApiContext& context, const Granted& granted);

struct PageQuery {
  std::size_t limit = 0;
  std::string scope;                 // what cursors of this list are bound to
  std::optional<std::string> place;  // where to go on, as the last page's cursor had it
};
Result<PageQuery> page_query(const ApiContext& context, const Call& call);

// Optional values as JSON.
Json text_or_null(std::string_view text);
template <class IdType>
Json id_or_null(std::string_view raw) {
  const auto id = IdType::from_bytes(raw);
  return id ? Json(id->to_string()) : Json(nullptr);
}

}  // namespace ledgate::api::native
