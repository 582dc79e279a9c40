#include "api/contract/call.h"

#include "api/http/ascii.h"
#include "api/http/utf8.h"

#include <algorithm>

namespace ledgate::api {
namespace {

constexpr std::size_t kUserAgentBytesMax = 256;

bool is_hex_run(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

// W3C Trace Context, version 00: what is not well-formed is as good as absent.
bool is_traceparent(std::string_view text) {
  constexpr std::string_view kZeros = "00000000000000000000000000000000";
  if (text.size() != 55 || !text.starts_with("00-") || text[35] != '-' || text[52] != '-') return false;
  const std::string_view trace = text.substr(3, 32);
  const std::string_view parent = text.substr(36, 16);
  return is_hex_run(trace) && is_hex_run(parent) && is_hex_run(text.substr(53)) && trace != kZeros &&
         parent != kZeros.substr(0, 16);
}

}  // namespace

Caller caller_of(const Call& call) {
  Caller caller;
  if (call.principal) {
    caller.kind = journal::v1::ACTOR_USER;
    caller.user = call.principal->id;
    caller.session = call.principal->session;
  }
  caller.dialect = call.route->dialect;
  caller.address = call.request.client_address;
  caller.user_agent = printable(call.request.header("user-agent").value_or(""), kUserAgentBytesMax);
  caller.request_id = call.request.request_id;
  const auto trace = call.request.header("traceparent");
  if (trace && is_traceparent(*trace)) caller.trace = *trace;
  caller.idempotency = call.idempotency;
  caller.rate_counts = call.rate_counts;
  return caller;
}

Parsed<Granted> settle(Call& call, Outcome outcome) {
  call.position = outcome.position;
  if (outcome.result) return std::move(*outcome.result);
  Refusal refusal(std::move(outcome.result).error());
  if (refusal.error.code == ErrorCode::kOutcomeUnknown) refusal.transaction = outcome.transaction;
  return tl::unexpected<Refusal>(std::move(refusal));
}

}  // namespace ledgate::api
