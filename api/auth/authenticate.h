// From a request to who asks: Bearer, Basic, or the `jwt` cookie where a route allows it.
#pragma once

#include "api/auth/access.h"
#include "api/auth/tokens.h"
#include "api/http/http.h"
#include "commands/core/caller.h"
#include "commands/core/lru_cache.h"
#include "commands/core/services.h"
#include "commands/limits/login_limits.h"
#include "domain/account/state.pb.h"
#include "domain/value/secret.h"
#include "projections/ports/mutex.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace ledgate::api {

// Somebody who proved who they are, as the rows are now.
struct Principal {
  UserId id;
  UserNumber number{};
  Scopes scopes;
  SessionId session;  // nil with Basic
  journal::v1::LoginMethod method = journal::v1::LOGIN_PASSWORD;
  state::v1::Account account;  // a guest's has no more than its id and role

  [[nodiscard]] bool is_guest() const { return account.role() == journal::v1::ROLE_GUEST; }
};

struct BasicCredentials {
  std::string login;
  Secret<> password;
  Key16 digest;  // of both, keyed
};

// What was presented, read and (a token) verified, but not yet held against the rows. monostate: nothing.
using Credentials = std::variant<std::monostate, VerifiedToken, BasicCredentials>;

// Any thread. Bounded memory.
class Authenticator {
 public:
  struct Options {
    LoginLimits limits;
    std::size_t basic_entries = 1024;  // remembered successful Basic checks
    std::chrono::milliseconds basic_lifetime{60'000};
    std::function<bool()> fresh;  // false: kStale instead of an answer that depends on revocations
  };
  Authenticator(const Services& services, TokenService& tokens, RateLimiter& limiter, Options options);

  // Never blocks. kUnauthenticated for what is there but no good, kRequestMalformed for a cookie that stands there
  // twice.
  [[nodiscard]] Result<Credentials> read(const Request& request, CredentialKinds accepted);
  // Whether check() may block: a Basic password that has to be hashed.
  [[nodiscard]] bool blocks(const Credentials& credentials);
  // Against the rows. kUnauthenticated for nothing, an ended session or a deactivated account. With Basic: also what
  // log_in answers, and kRateLimited; `caller` is who the attempt is recorded for.
  [[nodiscard]] Result<Principal> check(const Credentials& credentials, Caller caller);

 private:
  struct Remembered {
    UserId user;
    std::uint64_t password_position = 0;
    std::chrono::steady_clock::time_point until;
  };
  Result<VerifiedToken> read_token(std::string_view token);
  Result<BasicCredentials> read_basic(std::string_view encoded) const;
  Result<Principal> check_token(const VerifiedToken& token);
  Result<Principal> check_basic(const BasicCredentials& credentials, Caller caller);
  std::optional<Principal> recall(const Key16& digest);
  void remember(const Key16& digest, const Principal& principal);

  const Services& services_;
  TokenService& tokens_;
  RateLimiter& limiter_;
  const Options options_;
  Mutex mutex_;
  LruCache<Key16, Remembered> basic_ GUARDED_BY(mutex_);
};

}  // namespace ledgate::api
