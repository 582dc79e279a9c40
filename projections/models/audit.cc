#include "projections/models/audit.h"

#include "domain/value/fact_type.h"
#include "projections/rows/big_endian.h"
#include "projections/rows/parse.h"

#include <array>

namespace ledgate {
namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kAudit, .name = "rows", .digest_mark = 13, .point_lookups = false},
    ModelTable{.table = tables::kAuditByUser, .name = "by_user", .digest_mark = 14, .point_lookups = false},
};

std::string place_key(const AuditPlace& place) {
  return big_endian(value(place.position)) + big_endian(place.event_index);
}

constexpr std::size_t kPlaceBytes = sizeof(std::uint64_t) + sizeof(std::uint16_t);

// `place`: the end of the key.
AuditPlace parse_place(const KvReader& rows, Table table, std::string_view key, std::string_view place) {
  if (place.size() != kPlaceBytes) rows.damaged(table, key);
  return {.position = Position{from_big_endian<std::uint64_t>(place)},
          .event_index = from_big_endian<std::uint16_t>(place.substr(sizeof(std::uint64_t)))};
}

AuditPlace parse_place(const KvReader& rows, std::string_view key) {
  return parse_place(rows, tables::kAudit, key, key);
}

rows::v1::AuditRow parse_audit(const KvReader& rows, std::string_view key, std::string_view stored) {
  auto row = parse_row<rows::v1::AuditRow>(rows, tables::kAudit, key, stored);
  if (!TransactionId::from_bytes(row.transaction_id())) rows.damaged(tables::kAudit, key);
  return row;
}

const std::string& user_id_of(const journal::v1::Event& event) {
  return event.has_user() ? event.user().user_id() : event.session().user_id();
}

EventFacts::Result result_of(FactType::Options::Outcome outcome) {
  if (outcome == FactType::Options::FAILURE) return EventFacts::Result::kFailure;
  return outcome == FactType::Options::DENIED ? EventFacts::Result::kDenied : EventFacts::Result::kSuccess;
}

constexpr std::int64_t kUsPerMs = 1000;

// The first position whose time is not before `time`. Log time never runs back, so positions can be halved.
Position first_at(const KvReader& rows, LogTime time) {
  const auto first_row_from = [&](std::uint64_t position) {
    std::optional<std::pair<std::uint64_t, std::int64_t>> found;  // position, log time in µs
    rows.scan(tables::kAudit, big_endian(position), {}, KvReader::Order::kAscending,
              [&](std::string_view key, std::string_view stored) {
                found = {value(parse_place(rows, key).position), parse_audit(rows, key, stored).time_us()};
                return false;
              });
    return found;
  };
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  rows.scan(tables::kAudit, {}, {}, KvReader::Order::kDescending, [&](std::string_view key, std::string_view) {
    high = value(parse_place(rows, key).position) + 1;
    return false;
  });
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto found = first_row_from(middle);
    if (!found || found->second >= time.ms * kUsPerMs) {
      high = middle;
    } else {
      low = found->first + 1;
    }
  }
  return Position{low};
}

class Pager {
 public:
  Pager(const KvReader& rows, const AuditScan& scan, const std::function<bool(const rows::v1::AuditRow&)>& matches)
      : rows_(rows), scan_(scan), matches_(matches) {}

  // A row of tables::kAudit. False ends the scan.
  bool visit(std::string_view key, std::string_view stored) {
    if (page_.entries.size() == scan_.limit || looked_at_ == scan_.budget) {
      page_.next = last_;
      return false;
    }
    ++looked_at_;
    last_ = parse_place(rows_, key);
    auto row = parse_audit(rows_, key, stored);
    if (scan_.to && row.time_us() > (scan_.to->ms + 1) * kUsPerMs - 1) return false;
    if (matches_(row)) page_.entries.push_back({.place = last_, .row = std::move(row)});
    return true;
  }
  AuditPage take() { return std::move(page_); }

 private:
  const KvReader& rows_;
  const AuditScan& scan_;
  const std::function<bool(const rows::v1::AuditRow&)>& matches_;
  AuditPage page_;
  AuditPlace last_;
  std::size_t looked_at_ = 0;
};

void apply_transaction(const AppliedTransaction& applied, Rows& rows) {
  const auto& transaction = applied.transaction;
  AuditPlace place{.position = applied.position};
  rows::v1::AuditRow row;
  row.set_transaction_id(transaction.id());
  if (transaction.has_actor()) *row.mutable_actor() = transaction.actor();
  if (transaction.has_client()) *row.mutable_client() = transaction.client();
  row.set_time_us(applied.time.ms * kUsPerMs);
  row.set_at_us(transaction.at_us());
  row.set_request_id(transaction.request_id());
  row.set_trace(transaction.trace());
  row.set_node(transaction.node());
  for (const auto& event : transaction.events()) {
    const FactType* type = FactType::of(event);
    if (type == nullptr || type->options().audience() >= FactType::Options::AUDITORS) {
      row.set_event_index(place.event_index);
      *row.mutable_event() = event;
      const std::string key = place_key(place);
      rows.put(tables::kAudit, key, row.SerializeAsString());
      const std::string& user = user_id_of(event);
      if (!user.empty()) rows.put(tables::kAuditByUser, user + key, {});
      if (!row.actor().user_id().empty() && row.actor().user_id() != user) {
        rows.put(tables::kAuditByUser, row.actor().user_id() + key, {});
      }
    }
    ++place.event_index;
  }
}

}  // namespace

constinit const ModelSpec kAuditModel{
    .name = "audit", .version = 1, .readable_from = 1, .tables = kTables, .apply_transaction = apply_transaction};

AuditPage scan_audit(const KvReader& rows, const AuditScan& scan,
                     const std::function<bool(const rows::v1::AuditRow&)>& matches) {
  std::string from = scan.from ? big_endian(value(first_at(rows, *scan.from))) : std::string();
  if (scan.after) from = std::max(from, place_key(*scan.after) + '\0');
  Pager pager(rows, scan, matches);
  if (!scan.user) {
    rows.scan(tables::kAudit, from, {}, KvReader::Order::kAscending,
              [&](std::string_view key, std::string_view stored) { return pager.visit(key, stored); });
    return pager.take();
  }
  const std::string prefix(scan.user->raw());
  rows.scan(tables::kAuditByUser, prefix + from, {}, KvReader::Order::kAscending,
            [&](std::string_view key, std::string_view) {
              if (!key.starts_with(prefix)) return false;
              const std::string_view place = key.substr(prefix.size());
              parse_place(rows, tables::kAuditByUser, key, place);
              const auto stored = rows.get(tables::kAudit, place);
              if (!stored) rows.damaged(tables::kAuditByUser, key);
              return pager.visit(place, *stored);
            });
  return pager.take();
}

EventFacts describe(const journal::v1::Event& event) {
  EventFacts facts{.user_id = user_id_of(event), .session_id = event.session().session_id()};
  const FactType* type = FactType::of(event);
  if (type == nullptr) return facts;
  facts.type = type->name();
  facts.result = result_of(type->options().outcome());
  facts.reason = type->reason(type->fact_in(event));
  return facts;
}

}  // namespace ledgate
