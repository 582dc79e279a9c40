// The outbox: mails that are neither sent nor given up, in the order in which they are due.
#pragma once

#include "domain/delivery/outbox.h"
#include "domain/delivery/state.pb.h"
#include "projections/rows/projection.h"
#include "projections/rows/rows.pb.h"

#include <vector>

namespace ledgate {

class OutboxProjection final : public Projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "outbox"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(const AppliedTransaction& applied, Rows& rows) const override;
};

std::optional<state::v1::Mail> find_mail(const KvReader& rows, const MailId& id);
// Those that may be claimed at `now`, the longest due first.
std::vector<MailId> due_mails(const KvReader& rows, LogTime now, std::size_t limit);
rows::v1::OutboxTotals outbox_totals(const KvReader& rows);

}  // namespace ledgate
