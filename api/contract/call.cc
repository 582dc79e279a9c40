#include "api/contract/call.h"

#include "api/http/ascii.h"
#include "api/http/form.h"
#include "api/http/json.h"
#include "api/http/media_type.h"
#include "api/http/utf8.h"

#include <algorithm>
#include <iterator>

namespace ledgate::api {
namespace {

constexpr std::size_t kUserAgentBytesMax = 256;
constexpr std::size_t kIdempotencyKeyMax = 255;

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

// The hash of a body stays in the log for ever; passwords can be guessed, so they are not in it (commands bind them at
// the cost of a hash). What cannot be read is refused before anything is remembered.
std::string body_without_passwords(const Call& call) {
  const auto type = content_type_of(call.request);
  if (!type) return call.request.body;
  for (const Body& body : call.route->bodies) {
    if (body.content_type != type->name || body.schema == nullptr) continue;
    auto members =
        type->name == "application/json" ? parse_json_object(call.request.body) : parse_form(call.request.body, *type);
    if (!members) return call.request.body;
    for (const Field& field : body.schema->fields) {
      if (field.format == "password") members->erase(std::string(field.name));
    }
    return members->dump();
  }
  return call.request.body;
}

}  // namespace

Caller caller_of(const Call& call, journal::v1::Dialect dialect) {
  Caller caller;
  if (call.principal) {
    caller.kind = journal::v1::ACTOR_USER;
    caller.user = call.principal->id;
    caller.session = call.principal->session;
  }
  caller.dialect = dialect;
  caller.address = call.request.client_address;
  caller.user_agent = printable(call.request.header("user-agent").value_or(""), kUserAgentBytesMax);
  caller.request_id = call.request.request_id;
  const auto trace = call.request.header("traceparent");
  if (trace && is_traceparent(*trace)) caller.trace = *trace;
  if (call.route->kind == Kind::kCommand) caller.idempotency = idempotency_key_of(call).value_or(std::nullopt);
  return caller;
}

Result<std::optional<IdempotencyKey>> idempotency_key_of(const Call& call) {
  constexpr std::string_view kName = "idempotency-key";
  if (call.request.header_count(kName) == 0) return std::nullopt;
  const auto key = call.request.header(kName);
  const bool good =
      key && !key->empty() && key->size() <= kIdempotencyKeyMax && std::all_of(key->begin(), key->end(), is_visible);
  if (!good) return fail(ErrorCode::kRequestMalformed, "Idempotency-Key must be 1 to 255 visible ASCII characters.");
  return IdempotencyKey{.route = std::string(call.route->operation),
                        .client_key = std::string(*key),
                        .request_body = body_without_passwords(call)};
}

Parsed<nlohmann::json> read_json(const Request& request, const Schema& schema) {
  nlohmann::json body = TRY(parse_json_object(request.body));
  auto faults = check(schema, body, Source::kJson);
  if (!faults.empty()) return refuse_with(std::move(faults));
  return body;
}

Parsed<nlohmann::json> read_form(const Request& request, const Schema& schema) {
  const auto type = content_type_of(request);
  if (!type) return refuse_with(ErrorCode::kRequestUnsupportedMedia);
  nlohmann::json form = TRY(parse_form(request.body, *type));
  auto faults = check(schema, form, Source::kForm);
  if (!faults.empty()) return refuse_with(std::move(faults));
  return form;
}

Parsed<nlohmann::json> read_query(const Call& call) {
  nlohmann::json query = TRY(parse_urlencoded(call.request.query));
  auto faults = check(*call.route->query, query, Source::kQuery);
  std::ranges::move(undeclared(*call.route->query, query, Source::kQuery), std::back_inserter(faults));
  if (!faults.empty()) return refuse_with(std::move(faults));
  return query;
}

Parsed<Granted> settle(Call& call, Outcome outcome) {
  call.position = outcome.position;
  if (outcome.result) return std::move(*outcome.result);
  Refusal refusal(std::move(outcome.result).error());
  if (refusal.error.code == ErrorCode::kOutcomeUnknown) refusal.transaction = outcome.transaction;
  return tl::unexpected<Refusal>(std::move(refusal));
}

}  // namespace ledgate::api
