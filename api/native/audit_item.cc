#include "api/native/audit_item.h"

#include "api/http/ascii.h"
#include "api/http/rfc3339.h"
#include "api/native/lookup.h"
#include "commands/core/subject_keys.h"
#include "domain/value/fact_type.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

namespace ledgate::api::native {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
// "LOGIN_BASIC" of enum LoginMethod → "login_basic"
std::string enum_text(const google::protobuf::EnumValueDescriptor& value) { return lower(value.name()); }

// One plain member; null for what is not shown: bytes and messages are keys, hashes or sealed.
Json plain_value(const Message& fact, const FieldDescriptor& field) {
  const Reflection& reflection = *fact.GetReflection();
  if (field.is_repeated()) return nullptr;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(fact, &field);
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.GetInt32(fact, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.GetInt64(fact, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection.GetUInt32(fact, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection.GetUInt64(fact, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return enum_text(*reflection.GetEnum(fact, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      return field.type() == FieldDescriptor::TYPE_STRING ? Json(reflection.GetString(fact, &field)) : Json(nullptr);
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return nullptr;
  }
  return nullptr;
}

// The message inside an aggregate's oneof (or inside Event's); null when none is set.
const Message* inner(const Message& outer) {
  const auto* group = outer.GetDescriptor()->oneof_decl(0);
  const FieldDescriptor* set = outer.GetReflection()->GetOneofFieldDescriptor(outer, group);
  return set != nullptr ? &outer.GetReflection()->GetMessage(outer, set) : nullptr;
}

Json details_of(const journal::v1::Event& event) {
  Json details = Json::object();
  const Message* aggregate = inner(event);
  const Message* fact = aggregate != nullptr ? inner(*aggregate) : nullptr;
  if (fact == nullptr) return details;
  const Descriptor& shape = *fact->GetDescriptor();
  for (int i = 0; i < shape.field_count(); ++i) {
    Json shown = plain_value(*fact, *shape.field(i));
    if (!shown.is_null()) details.set(shape.field(i)->name(), shown);
  }
  return details;
}

Json actor_of(const journal::v1::Actor& actor) {
  switch (actor.kind()) {
    case journal::v1::ACTOR_USER:
      return id_or_null<UserId>(actor.user_id());
    case journal::v1::ACTOR_SYSTEM:
      return "system";
    case journal::v1::ACTOR_OPERATOR:
      return "operator";
    default:
      return nullptr;
  }
}

// What was affected: a session, a user, the route that was asked for, or the part of the service.
std::string resource_of(const journal::v1::Event& event, const EventFacts& facts) {
  if (event.user().has_access_denied()) return event.user().access_denied().route();
  if (event.service().has_audit_read()) return event.service().audit_read().route();
  if (const auto session = SessionId::from_bytes(facts.session_id)) return "session/" + session->to_string();
  if (const auto user = UserId::from_bytes(facts.user_id)) return "user/" + user->to_string();
  if (event.user().has_registration_refused()) return "registration";
  if (event.user().has_login_failed()) return "login";
  if (event.has_session()) return "session";
  return "service";
}

}  // namespace

journal::v1::ClientData open_client(const ApiContext& context, const KvReader& rows, const rows::v1::AuditRow& row) {
  journal::v1::ClientData client;
  if (!row.has_client()) return client;
  const auto opened =
      context.services.subject_keys.open(rows, row.client(), row.transaction_id(), kClientEventIndex, kClientPath);
  if (opened) client.ParseFromString(*opened);
  return client;
}

std::string_view outcome_name(EventFacts::Result result) {
  switch (result) {
    case EventFacts::Result::kSuccess:
      return "success";
    case EventFacts::Result::kFailure:
      return "failure";
    case EventFacts::Result::kDenied:
      return "denied";
  }
  return {};
}

bool is_event_type(std::string_view name) { return FactType::named(name) != nullptr; }

Json audit_item(const ApiContext& context, const KvReader& rows, const AuditEntry& entry) {
  const rows::v1::AuditRow& row = entry.row;
  const EventFacts facts = describe(row.event());
  const journal::v1::ClientData client = open_client(context, rows, row);
  const auto transaction = TransactionId::from_bytes(row.transaction_id()).value_or(TransactionId());
  return {{"id", transaction.to_string() + "." + std::to_string(row.event_index())},
          {"type", facts.type},
          {"time", rfc3339(row.time_us() / 1000)},
          {"position", value(entry.place.position)},
          {"outcome", outcome_name(facts.result)},
          {"reason", text_or_null(facts.reason)},
          {"resource", resource_of(row.event(), facts)},
          {"actor", actor_of(row.actor())},
          {"user", id_or_null<UserId>(facts.user_id)},
          {"session", id_or_null<SessionId>(facts.session_id)},
          {"ip", text_or_null(client.address())},
          {"user_agent", text_or_null(client.user_agent())},
          {"request_id", text_or_null(row.request_id())},
          {"trace", text_or_null(row.trace())},
          {"node", row.node()},
          {"details", details_of(row.event())}};
}

}  // namespace ledgate::api::native
