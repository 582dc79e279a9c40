// Access and refresh tokens: minted from session and account rows, read strictly, remembered for a while once verified.
#pragma once

#include "api/auth/token_cache.h"
#include "commands/core/services.h"
#include "commands/session/sessions.h"
#include "domain/account/state.pb.h"
#include "domain/session/state.pb.h"
#include "projections/ports/mutex.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate::api {

inline constexpr std::size_t kTokenBytesMax = 8 * 1024;

// The keys that sign and verify access tokens, as the journal has them.
class SigningKeyRing {
 public:
  explicit SigningKeyRing(const Services& services) : services_(services) {}

  // Reads the rows and installs them in Jose. Called at the start and whenever the replica has applied a signing-key
  // event. An error (a private part that this keyring cannot open is none: such a key only verifies) leaves the old
  // set.
  Status reload();
  // The newest key that may sign now, else the first that will. kInternal when there is none.
  [[nodiscard]] Result<std::string> signing_kid() const;

 private:
  struct Usable {
    std::string kid;
    std::int64_t use_from_ms = 0;
  };
  const Services& services_;
  mutable Mutex mutex_;
  std::vector<Usable> usable_ GUARDED_BY(mutex_);  // ascending by use_from_ms
};

// Which code a client says it has.
struct OtpClaims {
  UserId user;
  OneTimeId otp;
};

struct FailedChecks {
  std::uint64_t count = 0;
  std::int64_t since_ms = 0;
};

// Any thread.
class TokenService {
 public:
  struct Options {
    std::string issuer;  // the public URL; "ledgate" where none is known
    std::size_t cache_entries = 4096;
  };
  TokenService(const Services& services, const SigningKeyRing& keys, Options options);

  // ES256, typ at+jwt, good for the session's access lifetime from now on. Its signature need not be checked here.
  // `subject_key` opens the account's names, which some dialects' clients read from it; absent: a guest's.
  [[nodiscard]] Result<std::string> mint_access(const state::v1::Session& session, const state::v1::Account& account,
                                                const std::optional<journal::v1::WrappedKey>& subject_key);
  // HS256 under a key of our own, typ rt+jwt: the one good refresh token of the session as this row has it. Determined
  // by the rows alone, so a retry gets the same bytes.
  [[nodiscard]] std::string mint_refresh(const state::v1::Session& session, const state::v1::Account& account) const;

  // Signature (from the cache when it was checked before), form and expiry. Says nothing about the session: that is
  // read from the rows at every use, by the Authenticator. kUnauthenticated for everything that is not good now.
  [[nodiscard]] Result<VerifiedToken> verify_access(std::string_view token);
  // nullopt: no refresh token of ours. Expiry and session are the command's business.
  [[nodiscard]] std::optional<RefreshClaims> read_refresh(std::string_view token) const;

  [[nodiscard]] std::string_view issuer() const { return issuer_; }
  // HS256, typ otp+jwt: names a code that was mailed, and is good for presenting it only.
  [[nodiscard]] std::string mint_otp(const UserId& user, const OneTimeId& otp, std::int64_t lifetime_s) const;
  // nullopt: none of ours. Whether the code is any good is the command's business.
  [[nodiscard]] std::optional<OtpClaims> read_otp(std::string_view token) const;

  // For a token that was good by itself, but whose session or account is not.
  void count_failed_check();
  // Those of a window that has ended; nullopt when there were none. Called by the maintenance
  // thread.
  std::optional<FailedChecks> take_failed_checks(std::int64_t now_ms);

 private:
  [[nodiscard]] Result<VerifiedToken> check_signature(std::string_view token) const;

  const Services& services_;
  const SigningKeyRing& keys_;
  const std::string issuer_;
  TokenCache cache_;
  std::atomic<std::uint64_t> failed_checks_{0};
  std::atomic<std::int64_t> failed_since_ms_{0};
};

}  // namespace ledgate::api
