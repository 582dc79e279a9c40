// Conflict keys: what they stand for, and which of them a fact declares.
#pragma once

#include "commands/ports/vault.h"
#include "domain/credential/one_time.h"
#include "domain/journal.pb.h"
#include "domain/session/state.pb.h"
#include "domain/value/ids.h"
#include "projections/ports/kv.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace ledgate {

// Keyed hashes: no personal data is in them.
namespace conflict_key {
Key16 user(const KeyedHash& hashes, const UserId& id);
Key16 login(const KeyedHash& hashes, const Key16& login_index);
Key16 session(const KeyedHash& hashes, const SessionId& id);
// Who is an active administrator.
Key16 administrators(const KeyedHash& hashes);
// The newest secret of a user and purpose, whichever it is.
Key16 one_time(const KeyedHash& hashes, const UserId& user, OneTimePurpose purpose);
Key16 api_token(const KeyedHash& hashes, const Key16& index);
// All API tokens of a user.
Key16 api_tokens(const KeyedHash& hashes, const UserId& user);
Key16 mail(const KeyedHash& hashes, const MailId& id);
// The latest tick.
Key16 clock(const KeyedHash& hashes);
Key16 signing_keys(const KeyedHash& hashes);
// The data subject of a day's visitors, in days since 1970-01-01.
Key16 visitors(const KeyedHash& hashes, std::int64_t day);
// The journal's feature level, and which nodes know it.
Key16 feature_level(const KeyedHash& hashes);
// Whether the default administrator was made.
Key16 bootstrap(const KeyedHash& hashes);
// What became of the request with this Idempotency-Key.
Key16 idempotency(const KeyedHash& hashes, const Key16& key);
}  // namespace conflict_key

struct DeclaredKey {
  Key16 key;
  bool born = false;                 // nothing may have been under it
  std::int64_t forget_after_ms = 0;  // log time; 0: never
};

// What the fact declares to change (fact_options.proto), by the rows it was decided on. A key is forgotten together
// with the row that it guards, as the fact leaves that row at `now_ms`. `session`: the one that the decision has read,
// if any; it is not read again.
std::vector<DeclaredKey> declared_keys(const KeyedHash& hashes, const KvReader& rows,
                                       const std::optional<state::v1::Session>& session,
                                       const journal::v1::Event& event, std::int64_t now_ms);

}  // namespace ledgate
