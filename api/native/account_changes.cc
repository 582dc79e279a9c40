// What administrators do to accounts, and what users see and end of their own sessions: the handlers, and below them
// their rows.
#include "commands/account/account_changes.h"

#include "api/contract/cursor.h"
#include "api/contract/dialect_names.h"
#include "api/http/media_type.h"
#include "api/http/rfc3339.h"
#include "api/native/lookup.h"
#include "api/native/problem.h"
#include "api/native/routes.h"
#include "api/native/schemas.h"
#include "domain/session/session_state.h"
#include "projections/models/accounts.h"
#include "projections/models/directory.h"
#include "projections/models/sessions.h"

#include <array>

namespace ledgate::api::native {
namespace {

using enum ErrorCode;

Parsed<UserId> target_of(const ApiContext& context, const Call& call) {
  const KvReader& rows = context.services.store.latest();
  const auto id = find_user(rows, call.parameter);
  if (!id || !find_account(rows, *id)) return refuse_with(kUserNotFound);
  return *id;
}

// Runs the change and shows the user as it left him.
template <class Change>
Answer change_user(const ApiContext& context, Call& call, const Change& change) {
  const UserId user = TRY(target_of(context, call));
  return show_user(context, TRY(settle(call, change(caller_of(call), user))));
}

Json session_object(const state::v1::Session& session, const SessionId& present) {
  const auto id = SessionId::from_bytes(session.id()).value_or(SessionId());
  return {{"id", id.to_string()},
          {"dialect", dialect_name(session.dialect())},
          {"created_at", rfc3339(session.created_ms())},
          {"refreshed_at", rfc3339(session.generation_ms())},
          {"expires_at", rfc3339(session.expires_ms())},
          {"current", id == present}};
}

Answer handle_deactivate(const ApiContext& context, Call& call) {
  return change_user(context, call, [&](const Caller& caller, const UserId& user) {
    return deactivate_user(context.services, caller, user);
  });
}

Answer handle_reactivate(const ApiContext& context, Call& call) {
  return change_user(context, call, [&](const Caller& caller, const UserId& user) {
    return reactivate_user(context.services, caller, user);
  });
}

Answer handle_role(const ApiContext& context, Call& call) {
  const auto role = parse_role(call.body.text("role"));
  return change_user(context, call, [&](const Caller& caller, const UserId& user) {
    return change_role(context.services, caller, user, *role);
  });
}

Answer handle_erase(const ApiContext& context, Call& call) {
  const UserId user = TRY(target_of(context, call));
  (void)TRY(settle(call, erase_user(context.services, caller_of(call), user)));
  return json_response(200, {{"id", user.to_string()}, {"erased", true}});
}

Answer handle_revoke_sessions(const ApiContext& context, Call& call) {
  const UserId user = TRY(target_of(context, call));
  const Caller caller = caller_of(call);
  Json ended = "all";
  if (call.body.has("session")) {
    const auto session = SessionId::parse(call.body.text("session"));
    if (!session) return refuse_with(kSessionNotFound);
    (void)TRY(settle(call, revoke_session(context.services, caller, user, *session)));
    ended = session->to_string();
  } else {
    (void)TRY(settle(call, revoke_sessions(context.services, caller, user)));
  }
  return json_response(200, {{"id", user.to_string()}, {"ended", std::move(ended)}});
}

Answer handle_sessions(const ApiContext& context, Call& call) {
  const PageQuery page = TRY(page_query(context, call));
  const auto after = page.place ? SessionId::parse(*page.place) : SessionId();
  if (!after) return refuse_with(kCursorInvalid);
  const UserId user = TRY(target_of(context, call));
  const auto rows = context.services.store.snapshot();
  const auto account = find_account(*rows, user);
  const SessionPage found =
      sessions_of(*rows, user,
                  {.after = *after,
                   .wanted = [&](const state::v1::Session& session) { return is_live(session, account); },
                   .limit = page.limit});
  Json items = Json::array();
  for (const auto& session : found.sessions) items.push_back(session_object(session, call.principal->session));
  Json next = nullptr;
  if (found.next) next = seal_cursor(context.services.hashes, page.scope, found.next->to_string());
  return json_response(200, {{"items", std::move(items)}, {"next", std::move(next)}});
}

constexpr CredentialKinds kBearerOrBasic{.basic = true};
constexpr std::array kRoleBodies{Body{kJson, &kRoleIn}};
constexpr std::array kRevokeBodies{Body{kJson, &kRevokeIn}};
constexpr std::array kUser{Success{200, &kUserOut}};
constexpr std::array kErased{Success{200, &kErasedOut}};
constexpr std::array kRevoked{Success{200, &kRevokedOut}};
constexpr std::array kSessions{Success{200, &kSessionPage}};
constexpr std::array kUserErrors{kUserNotFound};
constexpr std::array kStandingErrors{kUserNotFound, kLastAdministrator};
constexpr std::array kRevokeErrors{kUserNotFound, kSessionNotFound};
constexpr std::array kSessionsErrors{kUserNotFound, kCursorInvalid};

constexpr std::array kRoutes{
    Route{.method = Method::kPost,
          .path = "/api/v1/users/{id}/deactivate",
          .operation = "user_deactivate",
          .summary = "Closes an account: nobody logs in, every session ends",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAdmin,
          .policy = Policy::kAnyUser,
          .limit = kNotLimited,
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .successes = kUser,
          .errors = kStandingErrors,
          .envelope = &kProblem,
          .handler = handle_deactivate},
    Route{.method = Method::kPost,
          .path = "/api/v1/users/{id}/reactivate",
          .operation = "user_reactivate",
          .summary = "Opens it again; sessions that ended stay so",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAdmin,
          .policy = Policy::kAnyUser,
          .limit = kNotLimited,
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .successes = kUser,
          .errors = kUserErrors,
          .envelope = &kProblem,
          .handler = handle_reactivate},
    Route{.method = Method::kPost,
          .path = "/api/v1/users/{id}/role",
          .operation = "user_role",
          .summary = "Gives a user another role, at once",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAdmin,
          .policy = Policy::kAnyUser,
          .limit = kNotLimited,
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .bodies = kRoleBodies,
          .successes = kUser,
          .errors = kStandingErrors,
          .envelope = &kProblem,
          .handler = handle_role},
    Route{.method = Method::kPost,
          .path = "/api/v1/users/{id}/erase",
          .operation = "user_erase",
          .summary = "Erases a user: personal data can never be opened again",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAdmin,
          .policy = Policy::kAnyUser,
          .limit = kNotLimited,
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .successes = kErased,
          .errors = kStandingErrors,
          .envelope = &kProblem,
          .handler = handle_erase},
    Route{.method = Method::kPost,
          .path = "/api/v1/users/{id}/revoke-sessions",
          .operation = "user_revoke_sessions",
          .summary = "Ends all sessions of a user, or one; for administrators and the user",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAccount,
          .policy = Policy::kSelfOrAdministrator,
          .limit = kNotLimited,
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .bodies = kRevokeBodies,
          .body_optional = true,
          .successes = kRevoked,
          .errors = kRevokeErrors,
          .envelope = &kProblem,
          .handler = handle_revoke_sessions},
    Route{.method = Method::kGet,
          .path = "/api/v1/users/{id}/sessions",
          .operation = "user_sessions",
          .summary = "The living sessions of a user; for administrators and the user",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAccount,
          .policy = Policy::kSelfOrAdministrator,
          .limit = kNotLimited,
          .runs = Runs::kWorker,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .query = &kPageQuery,
          .successes = kSessions,
          .errors = kSessionsErrors,
          .envelope = &kProblem,
          .handler = handle_sessions},
};

}  // namespace

RouteTable account_routes() { return kRoutes; }

}  // namespace ledgate::api::native
