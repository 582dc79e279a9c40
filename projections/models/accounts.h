// Accounts: the state that commands decide on. Users by id, by login index and by number; the wrapped keys of data
// subjects.
#pragma once

#include "domain/account/state.pb.h"
#include "projections/rows/model.h"

namespace ledgate {

extern const ModelSpec kAccountsModel;

namespace tables {
inline constexpr Table kAccounts = table_of(ModelId::kAccounts, 0);  // user id → state.v1.Account
inline constexpr Table kLogins = table_of(ModelId::kAccounts, 1);    // login index (16) → user id
inline constexpr Table kSubjects =
    table_of(ModelId::kAccounts, 2);  // subject id → journal.v1.WrappedKey; "day" ‖ day (8) → subject id
inline constexpr Table kNumbers =
    table_of(ModelId::kAccounts, 3);  // user number (8) → user id; "next" → the next number
inline constexpr Table kAdministrators = table_of(ModelId::kAccounts, 4);  // user id of an active administrator
}  // namespace tables

// Queries. Any thread, on any reader (a snapshot where several answers must belong together).
std::optional<state::v1::Account> find_account(const KvReader& rows, const UserId& id);
// The account that a blind index (of a folded user name or address) belongs to.
std::optional<UserId> find_login(const KvReader& rows, const Key16& index);
std::optional<UserId> find_user_by_number(const KvReader& rows, UserNumber number);
// Whether somebody else is an active administrator.
bool has_administrator_besides(const KvReader& rows, const UserId& id);
// The number of the account that was registered by this transaction, which is the one folded last; 0: it registered
// none.
UserNumber number_given_by(const journal::v1::Transaction& transaction, const Rows& rows);
// nullopt: the subject is unknown or was erased.
std::optional<journal::v1::WrappedKey> find_subject_key(const KvReader& rows, std::string_view subject_id);
// The subject for unknown visitors of a day (days since 1970-01-01, UTC).
std::optional<SubjectId> find_visitor_subject(const KvReader& rows, std::int64_t day);

}  // namespace ledgate
