#include "api/native/lookup.h"

#include "api/contract/cursor.h"
#include "api/native/schemas.h"
#include "projections/models/accounts.h"

namespace ledgate::api::native {

std::optional<UserId> find_user(const KvReader& rows, std::string_view text) {
  if (const auto id = UserId::parse(text)) return id;
  const auto number = parse_number(text);
  return number ? find_user_by_number(rows, UserNumber{static_cast<std::uint64_t>(*number)}) : std::nullopt;
}

Result<PageQuery> page_query(const ApiContext& context, const Call& call, const nlohmann::json& query) {
  PageQuery page{.limit = static_cast<std::size_t>(parse_number(text_member(query, "limit")).value_or(kPageDefault)),
                 .scope = cursor_scope(call, query),
                 .place = {}};
  if (query.contains("after"))
    page.place = TRY(open_cursor(context.services.hashes, page.scope, text_member(query, "after")));
  return page;
}

nlohmann::ordered_json text_or_null(std::string_view text) {
  return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

}  // namespace ledgate::api::native
