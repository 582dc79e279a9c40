#include "api/oauth/handlers.h"

#include "api/answer/envelope.h"
#include "api/auth/authorise.h"
#include "api/auth/tokens.h"
#include "api/flows/grants.h"
#include "commands/core/transaction_context.h"
#include "projections/models/live_session.h"

#include <array>

namespace ledgate::api::oauth {
namespace {

constexpr std::array kWordings{
    Wording{.code = ErrorCode::kUnauthenticated, .text = "Client authentication failed."},
    Wording{.code = ErrorCode::kInvalidCredentials, .text = "Client authentication failed."},
};
constexpr std::array kErrorFields{Field{.name = "error", .about = "As RFC 6749 §5.2 names it."},
                                  Field{.name = "error_description"}};
constexpr Schema kErrorSchema{.name = "ErrorOAuth", .fields = kErrorFields};

std::string_view error_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUnauthenticated:
      return "invalid_client";
    case ErrorKind::kPermissionDenied:
      return "unauthorized_client";
    case ErrorKind::kResourceExhausted:
    case ErrorKind::kUnavailable:
    case ErrorKind::kDeadlineExceeded:
      return "temporarily_unavailable";
    case ErrorKind::kInternal:
      return "server_error";
    default:
      return "invalid_request";
  }
}

JsonMembers body(const ErrorView& view) {
  return {{"error", error_name(error_row(view.refusal.error.code).kind)}, {"error_description", view.text}};
}

constexpr std::array kTokenFields{
    Field{.name = "token", .secret = true, .max = 8192},
    Field{.name = "token_type_hint", .required = false, .max = 64, .about = "access_token or refresh_token; a hint."},
    Field{.name = "client_id", .required = false, .max = 1024},
    Field{.name = "client_secret", .required = false, .secret = true, .max = 1024},
};
constexpr std::array kIntrospectionFields{
    Field{.name = "active", .type = Type::kBoolean, .about = "When false there is no other member."},
    Field{.name = "scope", .required = false, .about = "Separated by spaces."},
    Field{.name = "username", .required = false},
    Field{.name = "token_type", .required = false, .allowed = "access_token refresh_token"},
    Field{.name = "exp", .type = Type::kInteger, .required = false},
    Field{.name = "sub", .required = false, .format = "uuid"},
    Field{.name = "sid", .required = false, .format = "uuid"},
    Field{.name = "iss", .required = false},
    Field{.name = "role", .required = false, .allowed = "user auditor admin guest"},
    Field{.name = "user_id", .type = Type::kInteger, .required = false},
};

// A token of ours as it was presented, whichever kind it is.
struct Presented {
  SessionId session;
  std::int64_t expires_s = 0;
  std::optional<std::uint32_t> generation;  // of a refresh token; absent: an access token
};

// Once this node has applied the birth of its session.
Parsed<std::optional<Presented>> read_token(const ApiContext& context, const std::string& token) {
  if (const auto claims = TRY(present_refresh(context, token))) {
    return Presented{.session = claims->session, .expires_s = claims->expires_s, .generation = claims->generation};
  }
  const auto verified = context.tokens.verify_access(token);
  if (!verified) return std::nullopt;
  TRY_STATUS(await_position(context, verified->born));
  return Presented{.session = verified->session, .expires_s = verified->expires_s, .generation = {}};
}

// Whose session it is, when the token is good now.
std::optional<state::v1::Account> holder_of(const ApiContext& context, const Presented& token) {
  if (token.expires_s <= context.services.now_s()) return std::nullopt;
  auto live = find_live_session(context.services.store.latest(), token.session);
  const bool is_current = live && (!token.generation || *token.generation == live->session.generation());
  return is_current ? std::optional(std::move(live->account)) : std::nullopt;
}

Json describe(const ApiContext& context, const Presented& token, const state::v1::Account& account) {
  const Profile profile = profile_of(context, account);
  return {{"active", true},
          {"scope", Scopes::of(account.role()).text()},
          {"username", profile.username},
          {"token_type", token.generation ? "refresh_token" : "access_token"},
          {"exp", token.expires_s},
          {"sub", UserId::from_bytes(account.id()).value_or(UserId()).to_string()},
          {"sid", token.session.to_string()},
          {"iss", context.tokens.issuer()},
          {"role", role_name(account.role())},
          {"user_id", account.number()}};
}

}  // namespace

const Envelope kEnvelope{
    .schema = &kErrorSchema, .wordings = kWordings, .challenge = "Basic realm=\"ledgate\"", .body = body};
const Schema kTokenForm{.name = "TokenForm", .fields = kTokenFields};
const Schema kIntrospectionOut{.name = "Introspection", .fields = kIntrospectionFields};

Answer handle_introspect(const ApiContext& context, Call& call) {
  const auto token = TRY(read_token(context, call.body.text("token")));
  const auto account = token ? holder_of(context, *token) : std::nullopt;
  return json_response(200, account ? describe(context, *token, *account) : Json{{"active", false}});
}

Answer handle_revoke(const ApiContext& context, Call& call) {
  if (const auto token = TRY(read_token(context, call.body.text("token")))) {
    const SessionEnd how = token->generation ? SessionEnd::kRefreshToken : SessionEnd::kAccessToken;
    (void)TRY(settle(call, end_session(context.services, caller_of(call), token->session, how)));
  }
  return Response{.content_type = "", .body = ""};
}

}  // namespace ledgate::api::oauth
