#include "api/auth/authorise.h"

#include "api/auth/named_user.h"
#include "api/http/ascii.h"

#include <algorithm>

namespace ledgate::api {
namespace {

Checked establish_principal(const ApiContext& context, Call& call) {
  // Only a Basic password may have to be checked by a log-in, which is recorded for its caller.
  Caller caller;
  if (std::holds_alternative<BasicCredentials>(call.credentials)) caller = caller_of(call);
  caller.dialect = journal::v1::DIALECT_NATIVE;
  call.principal = TRY(context.authenticator.check(call.credentials, std::move(caller)));
  return {};
}

Checked deny(Call& call, std::string wanted) {
  call.denied_for = std::move(wanted);
  return refuse_with(ErrorCode::kPermissionDenied);
}

Checked need(Call& call, std::optional<Scope> scope) {
  return !scope || call.principal->scopes.allow(*scope) ? Checked() : deny(call, Scopes{*scope}.text());
}

// What stands after "Bearer" in the only Authorization header.
Checked take_one_time_token(Call& call) {
  const auto header = call.request.header("authorization");
  if (!header) return refuse_with(ErrorCode::kUnauthenticated);
  const std::size_t space = std::min(header->find(' '), header->size());
  if (!equal_ignoring_case(header->substr(0, space), "bearer")) return refuse_with(ErrorCode::kUnauthenticated);
  call.one_time_token = header->substr(std::min(space + 1, header->size()));
  return {};
}

}  // namespace

Checked read_credentials(const ApiContext& context, Call& call) {
  call.credentials = TRY(context.authenticator.read(call.request, call.route->credentials));
  return {};
}

Checked await_position(const ApiContext& context, Position wanted) {
  Awaiter& awaiter = context.services.awaiter;
  if (wanted <= awaiter.applied()) return {};
  // Whoever asks for a position that never comes waits until the time is up; some room is kept for all others.
  const std::size_t waiters_max = std::max<std::size_t>(context.settings.waiting_requests / 2, 1);
  if (awaiter.wait_for(wanted, context.services.clock.steady() + context.settings.wait, waiters_max)) return {};
  return retry_soon(ErrorCode::kNotCaughtUp);
}

Checked authorise(const ApiContext& context, Call& call) {
  const Access access = call.route->access;
  if (access == Access::kMetricsNetwork && !context.hooks.may_read_metrics(call.request.client_address)) {
    return refuse_with(ErrorCode::kRouteNotFound);
  }
  if (access == Access::kOneTimeToken) return take_one_time_token(call);
  if (!wants_principal(access)) return {};
  TRY_STATUS(establish_principal(context, call));
  if (access == Access::kAccount && call.principal->is_guest()) return deny(call, "account");
  return need(call, access == Access::kAccount ? Scope::kRead : scope_of(access));
}

Checked apply_policy(const ApiContext& context, Call& call) {
  switch (call.route->policy) {
    case Policy::kSelfOrAdministrator:
      if (find_user(context.services.store.latest(), call.parameter) == call.principal->id) return {};
      return need(call, Scope::kAdmin);
    case Policy::kNamedScope:
      return need(call, parse_scope(call.query.text("scope")));
    default:
      return {};
  }
}

}  // namespace ledgate::api
