#include "api/service/intake.h"

#include "api/http/ascii.h"
#include "api/http/form.h"
#include "api/http/json.h"
#include "api/http/media_type.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

namespace ledgate::api {
namespace {

constexpr std::size_t kIdempotencyKeyMax = 255;

const Body* body_of_type(const Route& row, const MediaType& type) {
  const auto found = std::ranges::find(row.bodies, type.name, &Body::content_type);
  return found != row.bodies.end() ? &*found : nullptr;
}

Parsed<Members> parse(const MediaType& type, std::string_view text) {
  if (type.name == kJson) return Members(TRY(parse_json_object(text)), Source::kJson);
  return Members(TRY(parse_form(text, type)), Source::kForm);
}

bool means(const Members& body, const Discriminator& discriminator) {
  if (!discriminator.member.empty() && !body.has(discriminator.member)) return false;
  return discriminator.without.empty() || body.text(discriminator.without).empty();
}

void decide(const Route* row, const MediaType& type, Call& call) {
  call.route = row;
  call.envelope = row->envelope;
  call.body_schema = body_of_type(*row, type)->schema;
}

// The hash of a body stays in the log for ever; passwords can be guessed, so they are not in it (commands bind them at
// the cost of a hash). What cannot be read is refused before anything is remembered.
std::string body_without_passwords(const Call& call) {
  if (call.body_schema == nullptr || call.body_fault) return call.request.body;
  nlohmann::json members = call.body.object();
  for (const Field& field : call.body_schema->fields) {
    if (field.format == "password") members.erase(std::string(field.name));
  }
  return members.dump();
}

Checked decode_parameter(Call& call) {
  auto text = decode_segment(call.parameter);
  if (!text || text->size() > call.route->text_parameter_max) return refuse_with(ErrorCode::kRequestMalformed);
  call.parameter = std::move(*text);
  return {};
}

}  // namespace

Checked read_body(std::span<const Route* const> rows, Call& call) {
  const Route& first = *rows.front();
  call.route = &first;
  if (first.bodies.empty() || (first.body_optional && call.request.body.empty())) return {};
  if (call.request.body.size() > first.body_bytes_max) return refuse_with(ErrorCode::kRequestTooLarge);
  const auto type = content_type_of(call.request);
  std::vector<const Route*> left;
  if (type) std::ranges::copy_if(rows, std::back_inserter(left), [&](auto* row) { return body_of_type(*row, *type); });
  if (left.empty()) return refuse_with(ErrorCode::kRequestUnsupportedMedia);
  if (left.size() == 1) decide(left.front(), *type, call);
  auto body = parse(*type, call.request.body);
  if (!body) {
    call.body_fault = std::move(body).error();
    return {};
  }
  call.body = std::move(*body);
  if (left.size() == 1) return {};
  const auto meant = std::ranges::find_if(left, [&](auto* row) { return means(call.body, row->discriminator); });
  if (meant != left.end()) {
    decide(*meant, *type, call);
  } else {
    call.route = left.front();  // whose schema says what is missing
    call.body_schema = body_of_type(*left.front(), *type)->schema;
  }
  return {};
}

Checked read_idempotency_key(Call& call) {
  constexpr std::string_view kName = "idempotency-key";
  if (call.request.header_count(kName) == 0) return {};
  const auto key = call.request.header(kName);
  const bool good =
      key && !key->empty() && key->size() <= kIdempotencyKeyMax && std::all_of(key->begin(), key->end(), is_visible);
  if (!good)
    return refuse_with(ErrorCode::kRequestMalformed, "Idempotency-Key must be 1 to 255 visible ASCII characters.");
  call.idempotency = IdempotencyKey{.route = std::string(call.route->operation),
                                    .client_key = std::string(*key),
                                    .request_body = body_without_passwords(call)};
  return {};
}

Checked check_members(Call& call) {
  if (call.body_fault) return tl::unexpected<Refusal>(*call.body_fault);
  if (call.route->text_parameter_max != 0) TRY_STATUS(decode_parameter(call));
  if (call.body_schema != nullptr) TRY_STATUS(admit_members(*call.body_schema, call.body));
  if (call.route->query == nullptr) return {};
  call.query = Members(TRY(parse_urlencoded(call.request.query)), Source::kQuery);
  return admit_members(*call.route->query, call.query);
}

}  // namespace ledgate::api
