#include "api/auth/authenticate.h"

#include "api/http/ascii.h"
#include "api/http/cookies.h"
#include "api/http/utf8.h"
#include "commands/session/sessions.h"
#include "domain/value/base64.h"
#include "projections/models/accounts.h"
#include "projections/models/live_session.h"

namespace ledgate::api {
namespace {

constexpr std::size_t kLoginBytesMax = 1024;
constexpr std::size_t kPasswordBytesMax = 1024;
constexpr std::string_view kCookieName = "jwt";

auto unauthenticated() { return fail(ErrorCode::kUnauthenticated); }
auto stale() { return fail(Error{.code = ErrorCode::kStale, .retry_after = std::chrono::seconds(1)}); }

Principal principal_of(state::v1::Account account, const SessionId& session, journal::v1::LoginMethod method) {
  Principal principal{.id = UserId::from_bytes(account.id()).value_or(UserId()),
                      .number = UserNumber{account.number()},
                      .scopes = Scopes::of(account.role()),
                      .session = session,
                      .method = method,
                      .account = {}};
  principal.account = std::move(account);
  return principal;
}

}  // namespace

Authenticator::Authenticator(const Services& services, TokenService& tokens, RateLimiter& limiter, Options options)
    : services_(services),
      tokens_(tokens),
      limiter_(limiter),
      options_(std::move(options)),
      basic_(options_.basic_entries) {}

Result<Credentials> Authenticator::read(const Request& request, CredentialKinds accepted) {
  constexpr std::string_view kName = "authorization";
  if (request.header_count(kName) > 1) return unauthenticated();
  if (const auto header = request.header(kName)) {
    const std::size_t space = std::min(header->find(' '), header->size());
    const std::string_view scheme = header->substr(0, space);
    const std::string_view rest = trim(header->substr(space));  // one or more spaces (RFC 9110 §11.4)
    if (accepted.bearer && equal_ignoring_case(scheme, "bearer")) return TRY(read_token(rest));
    if (accepted.basic && equal_ignoring_case(scheme, "basic")) return TRY(read_basic(rest));
    return unauthenticated();
  }
  const bool safe = request.method == Method::kGet || request.method == Method::kHead;
  if (!accepted.cookie || !safe) return Credentials{};
  const auto cookie = TRY(find_cookie(request, kCookieName));
  if (!cookie) return Credentials{};
  return TRY(read_token(*cookie));
}

// A token that fails here may be good where the latest keys are known.
Result<VerifiedToken> Authenticator::read_token(std::string_view token) {
  auto verified = tokens_.verify_access(token);
  if (!verified && !options_.fresh()) return stale();
  return verified;
}

Result<BasicCredentials> Authenticator::read_basic(std::string_view encoded) const {
  const auto decoded = base64_padded_decode(encoded);
  if (!decoded || !code_points(*decoded) || decoded->find('\0') != std::string::npos) return unauthenticated();
  const std::size_t colon = decoded->find(':');
  if (colon == std::string::npos || colon == 0 || colon > kLoginBytesMax || decoded->size() - colon > kPasswordBytesMax)
    return unauthenticated();
  BasicCredentials credentials{
      .login = decoded->substr(0, colon), .password = Secret<>(decoded->substr(colon + 1)), .digest = {}};
  credentials.digest = services_.hashes.hash16(HashPurpose::kBasicCredential, *decoded);
  return credentials;
}

bool Authenticator::blocks(const Credentials& credentials) {
  const auto* basic = std::get_if<BasicCredentials>(&credentials);
  return basic != nullptr && !recall(basic->digest);
}

Result<Principal> Authenticator::check(const Credentials& credentials, Caller caller) {
  if (std::holds_alternative<std::monostate>(credentials)) return unauthenticated();
  if (!options_.fresh()) return stale();
  if (const auto* token = std::get_if<VerifiedToken>(&credentials)) return check_token(*token);
  return check_basic(std::get<BasicCredentials>(credentials), std::move(caller));
}

Result<Principal> Authenticator::check_token(const VerifiedToken& token) {
  auto live = find_live_session(services_.store.latest(), token.session);
  if (live && live->session.user_id() == token.user.raw())
    return principal_of(std::move(live->account), token.session, journal::v1::LOGIN_PASSWORD);
  tokens_.count_failed_check();
  return unauthenticated();
}

Result<Principal> Authenticator::check_basic(const BasicCredentials& credentials, Caller caller) {
  if (auto remembered = recall(credentials.digest)) return std::move(*remembered);
  LogIn command{
      .login = credentials.login, .password = credentials.password, .method = journal::v1::LOGIN_BASIC, .terms = {}};
  const auto admission =
      TRY(admit_login(services_, limiter_, options_.limits,
                      {.login = command.login, .address = caller.address, .dialect = caller.dialect}));
  for (const auto* attempt : {&admission.network, &admission.account}) {
    if (const auto count = attempt->count()) caller.rate_counts.push_back(*count);
  }
  command.known_network = admission.known_network;
  caller.idempotency.reset();  // it is about the route's own command
  Outcome outcome = log_in(services_, caller, command);
  if (!outcome.result) return fail(outcome.result.error());
  Principal principal = principal_of(std::move(*outcome.result->rows.account), SessionId(), journal::v1::LOGIN_BASIC);
  remember(credentials.digest, principal);
  return principal;
}

std::optional<Principal> Authenticator::recall(const Key16& digest) {
  UserId user;
  std::uint64_t password_position = 0;
  {
    const Lock lock(mutex_);
    const Remembered* found = basic_.find(digest);
    if (found == nullptr || found->until <= services_.clock.steady()) return std::nullopt;
    user = found->user;
    password_position = found->password_position;
  }
  auto account = find_account(services_.store.latest(), user);
  if (!account || !account->active() || account->password_position() != password_position) return std::nullopt;
  return principal_of(std::move(*account), SessionId(), journal::v1::LOGIN_BASIC);
}

void Authenticator::remember(const Key16& digest, const Principal& principal) {
  const Lock lock(mutex_);
  basic_.put(digest, {.user = principal.id,
                      .password_position = principal.account.password_position(),
                      .until = services_.clock.steady() + options_.basic_lifetime});
}

}  // namespace ledgate::api
