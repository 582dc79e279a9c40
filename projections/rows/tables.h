// Every table of a node, in one visible list. The number is the index the store is opened with; the name carries the
// projection's version.
#pragma once

#include "projections/ports/kv.h"

#include <array>
#include <vector>

namespace ledgate::tables {

// the replica's own
inline constexpr Table kMeta{0};  // name → value: position, chain, journal id, log time, digests
inline constexpr Table kConflicts{
    1};  // conflict key (16) → position that last wrote it (8, big-endian) ‖ forget after (8)
inline constexpr Table kTransactions{2};  // transaction id (16) → verdict (1); ids begin with their time
inline constexpr Table kForget{3};        // due (8) ‖ conflict key (16)
// accounts: the state commands decide on
inline constexpr Table kAccounts{4};  // user id → state.v1.Account
inline constexpr Table kLogins{5};    // login index (16) → user id
inline constexpr Table kSubjects{6};  // subject id → journal.v1.WrappedKey; "day" ‖ day (8) → subject id
inline constexpr Table kNumbers{7};   // user number (8) → user id; "next" → the next number
// sessions
inline constexpr Table kSessions{8};        // session id → state.v1.Session
inline constexpr Table kUserSessions{9};    // user id ‖ session id
inline constexpr Table kSessionExpiry{10};  // due (8) ‖ session id
// user directory
inline constexpr Table kDirectory{11};     // user number (8) → rows.v1.DirectoryRow
inline constexpr Table kDirectoryIds{12};  // user id → user number (8)
// audit trail
inline constexpr Table kAudit{13};        // position (8) ‖ event index (2) → rows.v1.AuditRow
inline constexpr Table kAuditByUser{14};  // user id ‖ position (8) ‖ event index (2)
// limits and retries
inline constexpr Table kRateBuckets{15};  // bucket (16) → count (8)
inline constexpr Table kRateExpiry{16};   // due (8) ‖ bucket
inline constexpr Table kIdempotency{17};  // key (16) → journal.v1.Idempotency
inline constexpr Table kIdempotencyExpiry{18};
// keys that sign tokens
inline constexpr Table kSigningKeys{19};  // kid → rows.v1.SigningKeyRow
// accounts that may administer
inline constexpr Table kAdministrators{20};  // user id of an active administrator
// one-time secrets: the newest of each user and purpose
inline constexpr Table kOneTime{21};        // user id ‖ purpose (1) → state.v1.OneTime
inline constexpr Table kOneTimeExpiry{22};  // due (8) ‖ user id ‖ purpose
// API tokens
inline constexpr Table kApiTokens{23};       // token index (16) → state.v1.ApiToken
inline constexpr Table kUserApiTokens{24};   // user id ‖ token index
inline constexpr Table kApiTokenDue{25};     // expiry (8) ‖ token index, until its end is an event
inline constexpr Table kApiTokenExpiry{26};  // due (8) ‖ token index
// outbox
inline constexpr Table kMails{27};    // mail id → state.v1.Mail; "totals" → rows.v1.OutboxTotals
inline constexpr Table kMailDue{28};  // due (8) ‖ mail id
// who brought whom
inline constexpr Table kReferrals{29};  // referrer's id ‖ position (8) ‖ event index (4) → user id
// user directory, as it was
inline constexpr Table kDirectoryHistory{30};  // user number (8) ‖ slot (4) → rows.v1.DirectoryRow

std::vector<TableSpec> specs();

}  // namespace ledgate::tables
