#include "api/answer/envelope.h"

namespace ledgate::api {
namespace {

const Wording* find_wording(const Envelope& envelope, ErrorCode code) {
  for (const Wording& wording : envelope.wordings) {
    if (wording.code == code) return &wording;
  }
  return nullptr;
}

std::string_view text_of(const Envelope& envelope, const Error& error) {
  const Wording* wording = find_wording(envelope, error.code);
  if (wording != nullptr && !wording->text.empty()) return wording->text;
  if (!error.message.empty()) return error.message;
  return error_row(error.code).sentence;
}

}  // namespace

int status_of(const Envelope& envelope, ErrorCode code) {
  const Wording* wording = find_wording(envelope, code);
  return wording != nullptr && wording->status != 0 ? wording->status : http_status(error_row(code).kind);
}

JsonMembers body_of(const Envelope& envelope, const Refusal& refusal, std::string_view request_id) {
  const int status = refusal.status != 0 ? refusal.status : status_of(envelope, refusal.error.code);
  return envelope.body(
      {.status = status, .text = text_of(envelope, refusal.error), .refusal = refusal, .request_id = request_id});
}

Response render(const Envelope& envelope, const Refusal& refusal, std::string_view request_id) {
  const int status = refusal.status != 0 ? refusal.status : status_of(envelope, refusal.error.code);
  Response response{.status = status,
                    .content_type = std::string(envelope.content_type),
                    .body = Json(body_of(envelope, refusal, request_id)).text(),
                    .headers = refusal.headers};
  if (status == 401) response.with("WWW-Authenticate", std::string(envelope.challenge));
  if (status == 429 || status == 503) {
    const auto seconds = std::max<std::chrono::seconds::rep>(refusal.error.retry_after.count(), 1);
    response.with("Retry-After", std::to_string(seconds));
  }
  if (!refusal.transaction.is_nil()) response.with("Ledgate-Transaction", refusal.transaction.to_string());
  return response;
}

Json fault_list(const Refusal& refusal, const FaultStyle& style) {
  Json faults = Json::array();
  for (const FieldFault& fault : refusal.fields) {
    Json place = Json::array({fault.place});
    if (!style.below.empty()) place.push_back(style.below);
    if (!fault.field.empty()) place.push_back(fault.field);
    Json entry{{"type", fault.type}, {"loc", place}, {"msg", fault.message}};
    if (style.with_input) entry.set("input", fault.input);
    if (!fault.context.is_null()) entry.set("ctx", fault.context);
    faults.push_back(entry);
  }
  return faults;
}

Response json_response(int status, Json body) { return Response{.status = status, .body = std::move(body).text()}; }

}  // namespace ledgate::api
