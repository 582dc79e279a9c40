#include "api/dialects/librephotos/handlers.h"

#include "api/answer/envelope.h"
#include "api/auth/tokens.h"
#include "api/dialects/librephotos/translate.h"
#include "api/flows/sign_in.h"

#include <algorithm>

namespace ledgate::api::librephotos {
namespace {

bool is_host(std::string_view text) {
  constexpr std::string_view kOthers = ".-:[]";
  return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

// Where nobody said how the service is reached, as this client reached it.
std::string base_of(const ApiContext& context, const Request& request) {
  if (!context.settings.public_url.empty()) return context.settings.public_url;
  const std::string_view host = request.header("host").value_or("");
  return "http://" + std::string(is_host(host) ? host : "127.0.0.1:8080");
}

}  // namespace

Answer handle_obtain(const ApiContext& context, Call& call) {
  const Issued issued = TRY(sign_in(context, call, parse_obtain(call.body), context.settings.sessions.librephotos));
  return render_pair(issued.access, issued.refresh, secure_cookies(context));
}

Answer handle_refresh(const ApiContext& context, Call& call) {
  const auto token = context.tokens.read_refresh(call.body.text("refresh"));
  const Issued issued = TRY(refresh(context, call, {.token = token, .presented_by = {}}));
  return render_access(issued.access, secure_cookies(context));
}

Answer handle_blacklist(const ApiContext& context, Call& call) {
  const auto token = context.tokens.read_refresh(call.body.text("refresh"));
  (void)TRY(settle(call, give_back_refresh(context.services, caller_of(call), token)));
  return json_response(200, Json::object());
}

Answer handle_help(const ApiContext& context, Call& call) {
  return render_help({.base = base_of(context, call.request), .debug = context.settings.debug});
}

}  // namespace ledgate::api::librephotos
