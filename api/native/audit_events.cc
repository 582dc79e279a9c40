#include "api/contract/cursor.h"
#include "api/http/rfc3339.h"
#include "api/native/audit_item.h"
#include "api/native/handlers.h"
#include "api/native/lookup.h"
#include "commands/service/service_events.h"

#include <arpa/inet.h>

#include <limits>

namespace ledgate::api::native {
namespace {

// What an auditor asked for, understood in full: a filter that is misread shows the wrong picture.
struct AuditFilter {
  std::string type;
  std::optional<UserId> user;
  std::optional<UserId> actor;
  std::string ip;
  std::string outcome;
  std::string request_id;
  std::optional<LogTime> from;
  std::optional<LogTime> to;
};

// Where a walk through the trail stands. It ends where the trail ended when it began: each page leaves an event of its
// own, and a walk that followed those would never end.
struct WalkPlace {
  AuditPlace after;
  Position horizon{};
};

std::string to_text(const WalkPlace& place) {
  return std::to_string(value(place.after.position)) + "." + std::to_string(place.after.event_index) + "." +
         std::to_string(value(place.horizon));
}

std::optional<WalkPlace> parse_place(std::string_view text) {
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto position = parse_number(text.substr(0, first));
  const auto index = parse_number(text.substr(first + 1, second - first - 1));
  const auto horizon = parse_number(text.substr(second + 1));
  if (!position || !index || *index > std::numeric_limits<std::uint16_t>::max() || !horizon) return std::nullopt;
  return WalkPlace{.after = {.position = Position{static_cast<std::uint64_t>(*position)},
                             .event_index = static_cast<std::uint16_t>(*index)},
                   .horizon = Position{static_cast<std::uint64_t>(*horizon)}};
}

FieldFault fault(std::string_view field, std::string message) {
  return {.type = "value_error", .place = "query", .field = std::string(field), .message = std::move(message)};
}

bool is_address(const std::string& text) {
  std::array<std::uint8_t, 16> bytes{};
  return inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

class FilterReader {
 public:
  FilterReader(const KvReader& rows, const Members& query) : rows_(rows), query_(query) {}

  Parsed<AuditFilter> read() {
    AuditFilter filter{.type = query_.text("type"),
                       .user = user("user"),
                       .actor = user("actor"),
                       .ip = query_.text("ip"),
                       .outcome = query_.text("outcome"),
                       .request_id = query_.text("request_id"),
                       .from = time("from"),
                       .to = time("to")};
    if (!filter.type.empty() && !is_event_type(filter.type)) faults_.push_back(fault("type", "There is no such event"));
    if (!filter.ip.empty() && !is_address(filter.ip))
      faults_.push_back(fault("ip", "Input should be an IPv4 or IPv6 address"));
    if (!faults_.empty()) return refuse_with(std::move(faults_));
    return filter;
  }

 private:
  std::optional<UserId> user(std::string_view name) {
    if (!query_.has(name)) return std::nullopt;
    const std::string text = query_.text(name);
    const auto found = find_user(rows_, text);
    if (found) return found;
    if (!parse_number(text)) faults_.push_back(fault(name, "Input should be a user's number or UUID"));
    return UserId();  // a number that nobody has: no event is about the nil id
  }

  std::optional<LogTime> time(std::string_view name) {
    if (!query_.has(name)) return std::nullopt;
    const auto ms = parse_rfc3339(query_.text(name));
    if (!ms) faults_.push_back(fault(name, "Input should be a time of RFC 3339"));
    return ms ? std::optional(LogTime{*ms}) : std::nullopt;
  }

  const KvReader& rows_;
  const Members& query_;
  std::vector<FieldFault> faults_;
};

// Cheap tests first: the address has to be opened.
bool matches(const ApiContext& context, const KvReader& rows, const AuditFilter& filter,
             const rows::v1::AuditRow& row) {
  if (!filter.request_id.empty() && row.request_id() != filter.request_id) return false;
  if (filter.actor && row.actor().user_id() != filter.actor->raw()) return false;
  const EventFacts facts = describe(row.event());
  if (!filter.type.empty() && facts.type != filter.type) return false;
  if (!filter.outcome.empty() && outcome_name(facts.result) != filter.outcome) return false;
  if (filter.user && facts.user_id != filter.user->raw()) return false;
  return filter.ip.empty() || open_client(context, rows, row).address() == filter.ip;
}

// The page that begins after `place`, up to its horizon.
AuditPage read_page(const ApiContext& context, const KvReader& rows, const AuditFilter& filter, const WalkPlace& place,
                    std::size_t limit) {
  const AuditScan scan{.after = place.after,
                       .user = filter.user ? filter.user : filter.actor,
                       .from = filter.from,
                       .to = filter.to,
                       .limit = limit};
  AuditPage page =
      scan_audit(rows, scan, [&](const rows::v1::AuditRow& row) { return matches(context, rows, filter, row); });
  const auto beyond =
      std::ranges::find_if(page.entries, [&](const AuditEntry& entry) { return entry.place.position > place.horizon; });
  if (page.next && page.next->position > place.horizon) page.next.reset();
  page.entries.erase(beyond, page.entries.end());
  return page;
}

Parsed<Granted> record_reading(const ApiContext& context, Call& call, std::size_t rows) {
  std::string names;
  for (const std::string& name : call.query.names()) names.append(names.empty() ? "" : " ").append(name);
  const AuditReading reading{.route = std::string(call.route->path), .filter = names, .rows = rows};
  return settle(call, record_audit_reading(context.services, caller_of(call), reading));
}

struct ShownPage {
  Json body;
  std::size_t rows = 0;
};

// Reads under a snapshot of its own, which is let go before the reading is recorded.
Parsed<ShownPage> show_page(const ApiContext& context, const Call& call) {
  const PageQuery paging = TRY(page_query(context, call));
  const auto rows = context.services.store.snapshot();
  const AuditFilter filter = TRY(FilterReader(*rows, call.query).read());
  const auto place =
      paging.place ? parse_place(*paging.place) : WalkPlace{.after = {}, .horizon = context.services.awaiter.applied()};
  if (!place) return refuse_with(ErrorCode::kCursorInvalid);
  const AuditPage page = read_page(context, *rows, filter, *place, paging.limit);
  Json items = Json::array();
  for (const AuditEntry& entry : page.entries) items.push_back(audit_item(context, *rows, entry));
  Json next = nullptr;
  if (page.next)
    next =
        seal_cursor(context.services.hashes, paging.scope, to_text({.after = *page.next, .horizon = place->horizon}));
  return ShownPage{.body = {{"items", items}, {"next", next}}, .rows = page.entries.size()};
}

}  // namespace

Answer handle_audit_events(const ApiContext& context, Call& call) {
  ShownPage page = TRY(show_page(context, call));
  (void)TRY(record_reading(context, call, page.rows));
  return json_response(200, std::move(page.body));
}

}  // namespace ledgate::api::native
