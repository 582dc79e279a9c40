#include "api/auth/named_user.h"

#include "api/answer/schema.h"
#include "projections/models/accounts.h"

namespace ledgate::api {

std::optional<UserId> find_user(const KvReader& rows, std::string_view text) {
  if (const auto id = UserId::parse(text)) return id;
  const auto number = parse_number(text);
  return number ? find_user_by_number(rows, UserNumber{static_cast<std::uint64_t>(*number)}) : std::nullopt;
}

}  // namespace ledgate::api
