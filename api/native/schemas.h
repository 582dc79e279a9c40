// Field tables of the native API.
#pragma once

#include "api/answer/schema.h"

namespace ledgate::api::native {

extern const Schema kUserOut;
extern const Schema kUserPage;
extern const Schema kRoleIn;
extern const Schema kRevokeIn;
extern const Schema kErasedOut;
extern const Schema kRevokedOut;
extern const Schema kSessionOut;
extern const Schema kSessionPage;
extern const Schema kAuditEvent;
extern const Schema kAuditPage;
extern const Schema kStatusOut;
extern const Schema kReadyOut;
extern const Schema kHealthOut;
extern const Schema kVerifiedOut;
extern const Schema kKeySet;

extern const Schema kVerifyQuery;
extern const Schema kPageQuery;
extern const Schema kUserQuery;
extern const Schema kAuditQuery;

inline constexpr std::int64_t kPageDefault = 100;
inline constexpr std::int64_t kPageMax = 1000;

}  // namespace ledgate::api::native
