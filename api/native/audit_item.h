// One event of the trail as the API shows it.
#pragma once

#include "api/contract/context.h"
#include "api/http/json_text.h"
#include "projections/models/audit.h"

#include <optional>
#include <string>

namespace ledgate::api::native {

// Network data of the request an event came from, opened; empty members where there are none (any more).
journal::v1::ClientData open_client(const ApiContext& context, const KvReader& rows, const rows::v1::AuditRow& row);

std::string_view outcome_name(EventFacts::Result result);

// Whether this version has an event of that name.
bool is_event_type(std::string_view name);

Json audit_item(const ApiContext& context, const KvReader& rows, const AuditEntry& entry);

}  // namespace ledgate::api::native
