// What administrators do to accounts, and what users see and end of their own sessions.
#include "commands/account/account_changes.h"

#include "api/contract/cursor.h"
#include "api/contract/dialect_names.h"
#include "api/http/rfc3339.h"
#include "api/native/handlers.h"
#include "api/native/lookup.h"
#include "api/native/schemas.h"
#include "domain/session/session_state.h"
#include "projections/models/accounts.h"
#include "projections/models/directory.h"
#include "projections/models/sessions.h"

namespace ledgate::api::native {
namespace {

Parsed<UserId> target_of(const ApiContext& context, const Call& call) {
  const KvReader& rows = context.services.store.latest();
  const auto id = find_user(rows, call.parameter);
  if (!id || !find_account(rows, *id)) return refuse_with(ErrorCode::kUserNotFound);
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

}  // namespace

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
    if (!session) return refuse_with(ErrorCode::kSessionNotFound);
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
  if (!after) return refuse_with(ErrorCode::kCursorInvalid);
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

}  // namespace ledgate::api::native
