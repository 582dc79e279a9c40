// The outbox: mails that are neither sent nor given up, in the order in which they are due.
#pragma once

#include "domain/delivery/outbox.h"
#include "domain/delivery/state.pb.h"
#include "projections/rows/model.h"
#include "projections/rows/rows.pb.h"

#include <vector>

namespace ledgate {

extern const ModelSpec kOutboxModel;

namespace tables {
inline constexpr Table kMails =
    table_of(ModelId::kOutbox, 0);  // mail id → state.v1.Mail; "totals" → rows.v1.OutboxTotals
inline constexpr Table kMailDue = table_of(ModelId::kOutbox, 1);  // due (8) ‖ mail id
}  // namespace tables

std::optional<state::v1::Mail> find_mail(const KvReader& rows, const MailId& id);
// Those that may be claimed at `now`, the longest due first.
std::vector<MailId> due_mails(const KvReader& rows, LogTime now, std::size_t limit);
rows::v1::OutboxTotals outbox_totals(const KvReader& rows);

}  // namespace ledgate
