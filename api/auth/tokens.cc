#include "api/auth/tokens.h"

#include "api/auth/access.h"
#include "api/auth/claims.h"
#include "api/flows/opener.h"
#include "api/http/json.h"
#include "api/http/json_writer.h"
#include "commands/core/transaction_context.h"
#include "projections/models/signing_keys.h"

#include <algorithm>
#include <limits>

namespace ledgate::api {
namespace {

constexpr std::string_view kAccessType = "at+jwt";
constexpr std::string_view kRefreshType = "rt+jwt";
constexpr std::string_view kOtpType = "otp+jwt";
constexpr std::int64_t kClockSkewS = 60;  // what another node's clock may be ahead
constexpr std::int64_t kFailedChecksWindowMs = 60'000;

// Stored ids are 16 bytes: evolve() took them from events that a command of this service made.
template <class IdType>
IdType stored_id(const std::string& raw) {
  return IdType::from_bytes(raw).value_or(IdType());
}

auto unauthenticated() { return fail(ErrorCode::kUnauthenticated); }

// What a product's own clients read from its tokens besides.
void add_dialect_claims(const Services& services, const state::v1::Session& session, const state::v1::Account& account,
                        const std::optional<journal::v1::WrappedKey>& subject_key, std::int64_t issued_s,
                        JsonWriter& claims) {
  if (session.dialect() == journal::v1::DIALECT_IMAGOR_STUDIO) claims.number("nbf", issued_s);
  if (session.dialect() != journal::v1::DIALECT_LIBREPHOTOS) return;
  const Profile profile = open_profile(services, subject_key, account);
  claims.text("name", profile.username)
      .flag("is_admin", account.role() == journal::v1::ROLE_ADMIN)
      .text("first_name", profile.display_name)
      .text("last_name", "");
}

}  // namespace

Status SigningKeyRing::reload() {
  std::vector<SigningKey> keys;
  std::vector<Usable> usable;
  for (const auto& row : list_signing_keys(services_.store.latest())) {
    if (row.retired()) continue;
    auto private_scalar = services_.vault.open_service_secret(row.key().sealed_private_key(), row.key().kid());
    if (private_scalar) usable.push_back({.kid = row.key().kid(), .use_from_ms = row.key().use_from_ms()});
    keys.push_back(
        {.kid = row.key().kid(), .public_point = row.key().public_key(), .private_scalar = std::move(private_scalar)});
  }
  std::ranges::sort(usable, {}, &Usable::use_from_ms);
  TRY_STATUS(services_.jose.install(std::move(keys)));
  const Lock lock(mutex_);
  usable_ = std::move(usable);
  return {};
}

Result<std::string> SigningKeyRing::signing_kid() const {
  const std::int64_t now = services_.now_ms();
  const Lock lock(mutex_);
  if (usable_.empty()) return fail(ErrorCode::kInternal);
  const auto later = std::ranges::upper_bound(usable_, now, {}, &Usable::use_from_ms);
  return later == usable_.begin() ? later->kid : std::prev(later)->kid;
}

TokenService::TokenService(const Services& services, const SigningKeyRing& keys, Options options)
    : services_(services),
      keys_(keys),
      issuer_(options.issuer.empty() ? "ledgate" : std::move(options.issuer)),
      cache_(options.cache_entries) {}

Result<std::string> TokenService::mint_access(const state::v1::Session& session, const state::v1::Account& account,
                                              const std::optional<journal::v1::WrappedKey>& subject_key) {
  const std::string kid = TRY(keys_.signing_kid());
  const std::int64_t issued_ms = services_.now_ms();
  const std::int64_t issued_s = issued_ms / 1000;
  const auto scopes = Scopes::of(account.role()).names();
  const VerifiedToken meaning{.user = stored_id<UserId>(account.id()),
                              .session = stored_id<SessionId>(session.id()),
                              .expires_s = issued_s + session.access_lifetime_s(),
                              .born = Position{session.born_position()}};
  JsonWriter claims(512);
  claims.text("iss", issuer_)
      .text("sub", meaning.user.to_string())
      .text("sid", meaning.session.to_string())
      .text("jti", uuid_v7<TransactionId>(issued_ms, services_.entropy.bytes<10>()).to_string())
      .number("iat", issued_s)
      .number("exp", meaning.expires_s)
      .number("pos", session.born_position())
      .text("token_type", "access")
      .number("user_id", account.number())
      .text("role", role_name(account.role()))
      .texts("scopes", scopes);
  add_dialect_claims(services_, session, account, subject_key, issued_s, claims);
  std::string token = TRY(services_.jose.sign(kid, kAccessType, std::move(claims).finish()));
  cache_.insert(TokenCache::digest(token), meaning);
  return token;
}

std::string TokenService::mint_refresh(const state::v1::Session& session, const state::v1::Account& account) const {
  const std::int64_t issued_s = (session.rotating() ? session.generation_ms() : session.created_ms()) / 1000;
  JsonWriter claims(256);
  claims.text("token_type", "refresh")
      .text("sid", stored_id<SessionId>(session.id()).to_string())
      .number("gen", session.generation())
      .number("iat", issued_s)
      .number("exp", issued_s + session.refresh_lifetime_s())
      .number("pos", session.born_position())
      .number("user_id", account.number());
  return services_.jose.mac(kRefreshType, std::move(claims).finish());
}

Result<VerifiedToken> TokenService::check_signature(std::string_view token) const {
  const std::string payload = TRY(services_.jose.verify(token, kAccessType));
  const auto claims = parse_json_object(payload);
  if (!claims) return unauthenticated();
  const auto user = id_claim<UserId>(*claims, "sub");
  const auto session = id_claim<SessionId>(*claims, "sid");
  const auto issued_s = number_claim(*claims, "iat");
  const auto expires_s = number_claim(*claims, "exp");
  const auto born = number_claim(*claims, "pos");
  if (!user || !session || !issued_s || !expires_s || !born) return unauthenticated();
  const bool ours = text_claim(*claims, "iss") == issuer_ && text_claim(*claims, "token_type") == "access";
  if (!ours || *issued_s > services_.now_s() + kClockSkewS) return unauthenticated();
  return VerifiedToken{
      .user = *user, .session = *session, .expires_s = *expires_s, .born = Position{static_cast<std::uint64_t>(*born)}};
}

Result<VerifiedToken> TokenService::verify_access(std::string_view token) {
  const auto refused = [this] {
    count_failed_check();
    return unauthenticated();
  };
  if (token.size() > kTokenBytesMax) return refused();
  const TokenCache::Digest digest = TokenCache::digest(token);
  auto verified = cache_.find(digest);
  const bool remembered = verified.has_value();
  if (!remembered) {
    const auto checked = check_signature(token);
    if (!checked) return refused();
    verified = *checked;
  }
  if (services_.now_s() >= verified->expires_s) return refused();
  if (!remembered) cache_.insert(digest, *verified);
  return *verified;
}

std::optional<RefreshClaims> TokenService::read_refresh(std::string_view token) const {
  if (token.size() > kTokenBytesMax) return std::nullopt;
  const auto payload = services_.jose.verify_mac(token, kRefreshType);
  if (!payload) return std::nullopt;
  const auto claims = parse_json_object(*payload);
  if (!claims || text_claim(*claims, "token_type") != "refresh") return std::nullopt;
  const auto session = id_claim<SessionId>(*claims, "sid");
  const auto generation = number_claim(*claims, "gen");
  const auto expires_s = number_claim(*claims, "exp");
  const auto born = number_claim(*claims, "pos");
  if (!session || !generation || *generation > std::numeric_limits<std::uint32_t>::max() || !expires_s || !born)
    return std::nullopt;
  return RefreshClaims{.session = *session,
                       .generation = static_cast<std::uint32_t>(*generation),
                       .expires_s = *expires_s,
                       .born = Position{static_cast<std::uint64_t>(*born)}};
}

std::string TokenService::mint_otp(const UserId& user, const OneTimeId& otp, std::int64_t lifetime_s) const {
  JsonWriter claims(256);
  claims.text("token_type", "otp")
      .text("sub", user.to_string())
      .text("otp", otp.to_string())
      .number("exp", otp.unix_ms() / 1000 + lifetime_s);
  return services_.jose.mac(kOtpType, std::move(claims).finish());
}

std::optional<OtpClaims> TokenService::read_otp(std::string_view token) const {
  if (token.size() > kTokenBytesMax) return std::nullopt;
  const auto payload = services_.jose.verify_mac(token, kOtpType);
  if (!payload) return std::nullopt;
  const auto claims = parse_json_object(*payload);
  if (!claims || text_claim(*claims, "token_type") != "otp") return std::nullopt;
  const auto user = id_claim<UserId>(*claims, "sub");
  const auto otp = id_claim<OneTimeId>(*claims, "otp");
  if (!user || !otp) return std::nullopt;
  return OtpClaims{.user = *user, .otp = *otp};
}

void TokenService::count_failed_check() {
  if (failed_checks_.fetch_add(1) == 0) failed_since_ms_ = services_.now_ms();
}

std::optional<FailedChecks> TokenService::take_failed_checks(std::int64_t now_ms) {
  const std::int64_t since_ms = failed_since_ms_;
  if (failed_checks_ == 0 || now_ms - since_ms < kFailedChecksWindowMs) return std::nullopt;
  return FailedChecks{.count = failed_checks_.exchange(0), .since_ms = since_ms};
}

}  // namespace ledgate::api
