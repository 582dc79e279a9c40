// Audit trail: every event of every accepted transaction, in log order, with who, when, from where and in which
// request.
#pragma once

#include "projections/rows/model.h"
#include "projections/rows/rows.pb.h"

#include <vector>

namespace ledgate {

extern const ModelSpec kAuditModel;

namespace tables {
inline constexpr Table kAudit = table_of(ModelId::kAudit, 0);  // position (8) ‖ event index (2) → rows.v1.AuditRow
inline constexpr Table kAuditByUser = table_of(ModelId::kAudit, 1);  // user id ‖ position (8) ‖ event index (2)
}  // namespace tables

// A place in the trail.
struct AuditPlace {
  Position position{};
  std::uint16_t event_index = 0;
  friend auto operator<=>(const AuditPlace&, const AuditPlace&) = default;
};

struct AuditEntry {
  AuditPlace place;
  rows::v1::AuditRow row;
};

struct AuditScan {
  std::optional<AuditPlace> after;  // exclusive
  std::optional<UserId> user;       // only rows about or by this user
  std::optional<LogTime> from;      // inclusive, by log time
  std::optional<LogTime> to;        // inclusive
  std::size_t limit = 100;          // rows returned
  std::size_t budget = 10'000;      // rows looked at; when it ends first, `next` continues there
};

struct AuditPage {
  std::vector<AuditEntry> entries;
  std::optional<AuditPlace> next;  // absent: the trail has nothing more that matches
};

// Ascending in log order. `matches` is asked for each row that the scan's own bounds let through.
AuditPage scan_audit(const KvReader& rows, const AuditScan& scan,
                     const std::function<bool(const rows::v1::AuditRow&)>& matches);

// Everything the trail says about an event without opening anything, as its type declares it (fact_options.proto).
struct EventFacts {
  std::string_view type;  // the name of the fact's message; empty: none that this version knows
  enum class Result : std::uint8_t { kSuccess, kFailure, kDenied } result = Result::kSuccess;
  std::string reason;      // stable slug; empty on success
  std::string user_id;     // 16 bytes or empty: whom it is about
  std::string session_id;  // 16 bytes or empty
};
EventFacts describe(const journal::v1::Event& event);

}  // namespace ledgate
