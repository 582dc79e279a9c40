#include "api/auth/authorise.h"

#include <algorithm>

namespace ledgate::api {
namespace {

Checked establish_principal(const ApiContext& context, Call& call) {
  // Only a Basic password may have to be checked by a log-in, which is recorded for its caller.
  const bool records = std::holds_alternative<BasicCredentials>(call.credentials);
  call.principal = TRY(
      context.authenticator.check(call.credentials, records ? caller_of(call, journal::v1::DIALECT_NATIVE) : Caller()));
  return {};
}

}  // namespace

bool wants_principal(Access access) {
  return access == Access::kAuthenticated || access == Access::kAccount || scope_of(access).has_value();
}

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
  if (!wants_principal(access)) return {};
  TRY_STATUS(establish_principal(context, call));
  if (access == Access::kAccount && call.principal->is_guest()) {
    call.denied_for = "account";
    return refuse_with(ErrorCode::kPermissionDenied);
  }
  const auto scope = scope_of(access);
  if (!scope || call.principal->scopes.allow(*scope)) return {};
  call.denied_for = Scopes{*scope}.text();
  return refuse_with(ErrorCode::kPermissionDenied);
}

Checked require_principal(const ApiContext& context, Call& call) {
  TRY_STATUS(read_credentials(context, call));
  if (const auto* token = std::get_if<VerifiedToken>(&call.credentials))
    TRY_STATUS(await_position(context, token->born));
  return establish_principal(context, call);
}

}  // namespace ledgate::api
