#include "domain/account/evolve.h"

#include "domain/value/fact_type.h"

namespace ledgate {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using journal::v1::UserEvent;
using state::v1::Account;

void seal(state::v1::SealedField& field, const journal::v1::Personal& value, const EventOrigin& origin,
          const std::string& path) {
  *field.mutable_value() = value;
  field.set_transaction_id(origin.transaction_id.data(), origin.transaction_id.size());
  field.set_event_index(origin.event_index);
  field.set_path(path);
}

void copy_scalar(const Message& fact, const FieldDescriptor& from, Account& account, const FieldDescriptor& to) {
  const auto& in = *fact.GetReflection();
  const auto& out = *account.GetReflection();
  switch (from.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return out.SetBool(&account, &to, in.GetBool(fact, &from));
    case FieldDescriptor::CPPTYPE_UINT32:
      return out.SetUInt32(&account, &to, in.GetUInt32(fact, &from));
    case FieldDescriptor::CPPTYPE_ENUM:
      return out.SetEnumValue(&account, &to, in.GetEnumValue(fact, &from));
    case FieldDescriptor::CPPTYPE_STRING:
      return out.SetString(&account, &to, in.GetString(fact, &from));
    default:  // a test looks at every declaration
      return;
  }
}

// What the fact's fields declare to set (fact_options.proto).
void set_declared(Account& account, const UserEvent& event, const EventOrigin& origin, const FactType& type) {
  const Message& fact = type.fact_in(event);
  for (const FactType::Setting& setting : type.settings()) {
    const FieldDescriptor& to = *Account::descriptor()->FindFieldByName(setting.to);
    const bool is_personal = to.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!is_personal) {
      copy_scalar(fact, *setting.from, account, to);
    } else if (!fact.GetReflection()->HasField(fact, setting.from)) {
      account.GetReflection()->ClearField(&account, &to);
    } else {
      const auto& value = fact.GetReflection()->GetMessage(fact, setting.from);
      seal(static_cast<state::v1::SealedField&>(*account.GetReflection()->MutableMessage(&account, &to)),
           static_cast<const journal::v1::Personal&>(value), origin, setting.path);
    }
  }
}

void begin(Account& account, const UserEvent& event, const EventOrigin& origin) {
  account.set_id(event.user_id());
  account.set_active(true);
  if (account.has_password_hash()) account.set_password_position(value(origin.position));
  account.set_created_us(origin.at_us);
  account.set_updated_us(origin.at_us);
}

// Every session but the one that the account keeps. O(1) however many there are: what was born before this position has
// ended.
void end_sessions(Account& account, const EventOrigin& origin) { account.set_revoked_position(value(origin.position)); }

void renew_password(Account& account, const EventOrigin& origin) {
  account.set_password_position(value(origin.position));
  account.set_bootstrap_password(false);
  end_sessions(account, origin);
}

}  // namespace

void evolve(Account& account, const UserEvent& event, const EventOrigin& origin) {
  const FactType* type = FactType::of(event);
  if (type == nullptr || !type->touches(FactType::Options::USER)) return;
  set_declared(account, event, origin, *type);
  switch (event.fact_case()) {
    case UserEvent::kRegistered:
      return begin(account, event, origin);
    case UserEvent::kPasswordRehashed:
      // The password itself is the same, so password_position stays: nothing that was proved with it is undone.
      return;
    case UserEvent::kSessionsRevoked:
      return end_sessions(account, origin);
    case UserEvent::kErased:  // its rows go
      return;
    case UserEvent::kEmailVerified:
      if (event.email_verified().email_index() != account.email_index()) return;  // another address by now
      account.set_email_verified(true);
      break;
    case UserEvent::kPasswordChanged:
      renew_password(account, origin);
      break;
    case UserEvent::kPasswordReset:
      // Ends every session: whoever lost the password may have lost more.
      account.clear_kept_session();
      renew_password(account, origin);
      break;
    case UserEvent::kDeactivated:
      account.set_active(false);
      account.clear_kept_session();
      end_sessions(account, origin);
      break;
    case UserEvent::kReactivated:
      account.set_active(true);
      break;
    default:  // its fields say it all
      break;
  }
  account.set_updated_us(origin.at_us);
}

}  // namespace ledgate
