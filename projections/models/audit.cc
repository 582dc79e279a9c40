#include "projections/models/audit.h"

#include "domain/value/fact_type.h"
#include "projections/rows/big_endian.h"
#include "projections/rows/tables.h"

namespace ledgate {
namespace {

std::string place_key(const AuditPlace& place) {
  return big_endian(value(place.position)) + big_endian(place.event_index);
}

AuditPlace parse_place(std::string_view key) {
  return {.position = Position{from_big_endian<std::uint64_t>(key.substr(0, 8))},
          .event_index = from_big_endian<std::uint16_t>(key.substr(8, 2))};
}

rows::v1::AuditRow parse_row(std::string_view stored) {
  rows::v1::AuditRow row;
  row.ParseFromArray(stored.data(), static_cast<int>(stored.size()));
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
                found = {value(parse_place(key).position), parse_row(stored).time_us()};
                return false;
              });
    return found;
  };
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  rows.scan(tables::kAudit, {}, {}, KvReader::Order::kDescending, [&](std::string_view key, std::string_view) {
    high = value(parse_place(key).position) + 1;
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
  Pager(const AuditScan& scan, const std::function<bool(const rows::v1::AuditRow&)>& matches)
      : scan_(scan), matches_(matches) {}

  // False ends the scan.
  bool visit(const AuditPlace& place, std::string_view stored) {
    if (page_.entries.size() == scan_.limit || looked_at_ == scan_.budget) {
      page_.next = last_;
      return false;
    }
    ++looked_at_;
    last_ = place;
    auto row = parse_row(stored);
    if (scan_.to && row.time_us() > (scan_.to->ms + 1) * kUsPerMs - 1) return false;
    if (matches_(row)) page_.entries.push_back({.place = place, .row = std::move(row)});
    return true;
  }
  AuditPage take() { return std::move(page_); }

 private:
  const AuditScan& scan_;
  const std::function<bool(const rows::v1::AuditRow&)>& matches_;
  AuditPage page_;
  AuditPlace last_;
  std::size_t looked_at_ = 0;
};

}  // namespace

void AuditProjection::apply(const AppliedTransaction& applied, Rows& rows) const {
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

AuditPage scan_audit(const KvReader& rows, const AuditScan& scan,
                     const std::function<bool(const rows::v1::AuditRow&)>& matches) {
  std::string from = scan.from ? big_endian(value(first_at(rows, *scan.from))) : std::string();
  if (scan.after) from = std::max(from, place_key(*scan.after) + '\0');
  Pager pager(scan, matches);
  if (!scan.user) {
    rows.scan(tables::kAudit, from, {}, KvReader::Order::kAscending,
              [&](std::string_view key, std::string_view stored) { return pager.visit(parse_place(key), stored); });
    return pager.take();
  }
  const std::string prefix(scan.user->raw());
  rows.scan(tables::kAuditByUser, prefix + from, {}, KvReader::Order::kAscending,
            [&](std::string_view key, std::string_view) {
              if (!key.starts_with(prefix)) return false;
              const std::string_view place = key.substr(prefix.size());
              const auto stored = rows.get(tables::kAudit, place);
              return !stored || pager.visit(parse_place(place), *stored);
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
