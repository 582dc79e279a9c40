#include "api/native/lookup.h"

#include "api/contract/cursor.h"
#include "api/native/schemas.h"

namespace ledgate::api::native {

Result<PageQuery> page_query(const ApiContext& context, const Call& call) {
  PageQuery page{.limit = static_cast<std::size_t>(parse_number(call.query.text("limit")).value_or(kPageDefault)),
                 .scope = cursor_scope(call),
                 .place = {}};
  if (call.query.has("after"))
    page.place = TRY(open_cursor(context.services.hashes, page.scope, call.query.text("after")));
  return page;
}

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace ledgate::api::native
