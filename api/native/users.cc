#include "api/contract/cursor.h"
#include "api/flows/opener.h"
#include "api/http/rfc3339.h"
#include "api/native/handlers.h"
#include "api/native/lookup.h"
#include "projections/models/directory.h"
#include "projections/models/referrals.h"

namespace ledgate::api::native {
namespace {

constexpr std::string_view kAsOf = "as_of";

// The user as of now; of a time that has passed: as it was then.
Parsed<std::optional<rows::v1::DirectoryRow>> row_as_of(const KvReader& rows, const UserId& user,
                                                        const Members& query) {
  if (!query.has(kAsOf)) return find_directory_row(rows, user);
  const auto fault = [](std::string message) {
    return refuse_with(std::vector{FieldFault{
        .type = "value_error", .place = "query", .field = std::string(kAsOf), .message = std::move(message)}});
  };
  const auto time_ms = parse_rfc3339(query.text(kAsOf));
  if (!time_ms) return fault("Input should be a time of RFC 3339");
  FormerRow found = find_directory_row_at(rows, user, LogTime{*time_ms});
  if (found.kept_since) return fault("Input should not be before " + rfc3339(found.kept_since->ms));
  return std::move(found.row);
}

// `Row`: an account or a directory row.
template <class Row>
Json user_object(const Profile& profile, const Row& row) {
  return {{"id", UserId::from_bytes(row.id()).value_or(UserId()).to_string()},
          {"number", row.number()},
          {"username", profile.username},
          {"email", profile.email},
          {"name", profile.display_name},
          {"role", role_name(row.role())},
          {"is_active", row.active()},
          {"email_verified", row.email_verified()},
          {"created_at", rfc3339(row.created_us() / 1000)},
          {"referrer_id", id_or_null<UserId>(row.referrer_id())}};
}

Json user_object(const ApiContext& context, const KvReader& rows, const rows::v1::DirectoryRow& row) {
  return user_object(open_profile(context.services, rows, row), row);
}

Parsed<ReferralPlace> parse_place(const std::optional<std::string>& text) {
  if (!text) return ReferralPlace{};
  const std::size_t dot = std::min(text->find('.'), text->size());
  const auto position = parse_number(std::string_view(*text).substr(0, dot));
  const auto index = parse_number(std::string_view(*text).substr(std::min(dot + 1, text->size())));
  if (!position || !index) return refuse_with(ErrorCode::kCursorInvalid);
  return ReferralPlace{.position = Position{static_cast<std::uint64_t>(*position)},
                       .event_index = static_cast<std::uint32_t>(*index)};
}

std::string to_text(const ReferralPlace& place) {
  return std::to_string(value(place.position)) + "." + std::to_string(place.event_index);
}

}  // namespace

Answer handle_users(const ApiContext& context, Call& call) {
  const PageQuery page = TRY(page_query(context, call));
  const auto after = parse_number(page.place.value_or("0"));
  if (!after) return refuse_with(ErrorCode::kCursorInvalid);
  const auto rows = context.services.store.snapshot();
  const DirectoryPage found = list_users(*rows, UserNumber{static_cast<std::uint64_t>(*after)}, page.limit);
  Json items = Json::array();
  for (const auto& row : found.users) items.push_back(user_object(context, *rows, row));
  Json next = nullptr;
  if (found.next) next = seal_cursor(context.services.hashes, page.scope, std::to_string(value(*found.next)));
  return json_response(200, {{"items", std::move(items)}, {"next", std::move(next)}});
}

Answer show_user(const ApiContext& context, const Granted& granted) {
  const DecidedRows& rows = granted.rows;
  if (!rows.account) return refuse_with(ErrorCode::kUserNotFound);  // told again, and erased since
  return json_response(200,
                       user_object(open_profile(context.services, rows.subject_key, *rows.account), *rows.account));
}

Answer handle_user(const ApiContext& context, Call& call) {
  const auto rows = context.services.store.snapshot();
  const auto id = find_user(*rows, call.parameter);
  if (!id) return refuse_with(ErrorCode::kUserNotFound);
  const auto row = TRY(row_as_of(*rows, *id, call.query));
  if (!row) return refuse_with(ErrorCode::kUserNotFound);
  return json_response(200, user_object(context, *rows, *row));
}

Answer handle_referrals(const ApiContext& context, Call& call) {
  const PageQuery page = TRY(page_query(context, call));
  const ReferralPlace after = TRY(parse_place(page.place));
  const auto rows = context.services.store.snapshot();
  const auto referrer = find_user(*rows, call.parameter);
  if (!referrer || !find_directory_row(*rows, *referrer)) return refuse_with(ErrorCode::kUserNotFound);
  const ReferralPage found = list_referrals(*rows, *referrer, after, page.limit);
  Json items = Json::array();
  for (const UserId& id : found.users) {
    if (const auto row = find_directory_row(*rows, id)) items.push_back(user_object(context, *rows, *row));
  }
  Json next = nullptr;
  if (found.next) next = seal_cursor(context.services.hashes, page.scope, to_text(*found.next));
  return json_response(200, {{"items", std::move(items)}, {"next", std::move(next)}});
}

}  // namespace ledgate::api::native
