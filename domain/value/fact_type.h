// The types of facts, each with what it declares about itself (fact_options.proto).
#pragma once

#include "domain/journal.pb.h"
#include "domain/value/fact_options.pb.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate {

// Made once, from the descriptors, and good for ever. Any thread.
class FactType {
 public:
  using Options = journal::v1::FactOptions;

  // A declared touch, its names resolved. Names that do not exist are nullptr; a test finds them.
  struct Touch {
    Options::Key key;
    bool born;
    const google::protobuf::FieldDescriptor* id;
    struct Condition {
      const google::protobuf::FieldDescriptor* field;
      const google::protobuf::EnumValueDescriptor* is;  // nullptr: the field is set, whatever to
    };
    std::vector<Condition> when;

    [[nodiscard]] bool holds(const google::protobuf::Message& fact) const;
  };

  // A field of the fact that a field of the account takes over.
  struct Setting {
    const google::protobuf::FieldDescriptor* from;
    std::string to;    // its name in the account
    std::string path;  // of the field in the event, under which personal data is sealed: "user.registered.email"
  };

  // The type of the fact that an event carries; nullptr: none, or one that this version does not know.
  static const FactType* of(const journal::v1::Event& event);
  static const FactType* of(const journal::v1::UserEvent& event);
  static const FactType* of(const journal::v1::SessionEvent& event);
  static const FactType* of(const journal::v1::ServiceEvent& event);
  // By its name; nullptr: there is no such fact.
  static const FactType* named(std::string_view name);
  static std::span<const FactType> all();

  [[nodiscard]] const std::string& name() const { return fact_->message_type()->name(); }
  // The full name of its field in the aggregate's event.
  [[nodiscard]] const std::string& path() const { return fact_->full_name(); }
  [[nodiscard]] const google::protobuf::Descriptor& message() const { return *fact_->message_type(); }
  [[nodiscard]] const Options& options() const { return *options_; }
  [[nodiscard]] const std::vector<Touch>& touches() const { return touches_; }
  [[nodiscard]] const std::vector<Setting>& settings() const { return settings_; }
  // Whether a fact of this type can touch the key.
  [[nodiscard]] bool touches(Options::Key key) const;

  // The fact inside an event of this type. `event`: the Event, or the aggregate's event within it.
  [[nodiscard]] const google::protobuf::Message& fact_in(const google::protobuf::Message& event) const;
  // Why what was tried did not succeed; empty: it did.
  [[nodiscard]] std::string reason(const google::protobuf::Message& fact) const;

  // By its fields in Event and in the aggregate's event.
  FactType(const google::protobuf::FieldDescriptor& aggregate, const google::protobuf::FieldDescriptor& fact);

 private:
  const google::protobuf::FieldDescriptor* aggregate_;
  const google::protobuf::FieldDescriptor* fact_;
  const Options* options_;
  const google::protobuf::FieldDescriptor* reason_field_;
  std::vector<Touch> touches_;
  std::vector<Setting> settings_;
};

// How a value of an enum reads in answers and in the audit trail: REFUSAL_WRONG_PASSWORD is "wrong_password"; a later
// version's value is "unspecified".
std::string word_of(const google::protobuf::EnumDescriptor& type, int value);
template <class Enum>
std::string word_of(Enum value) {
  return word_of(*google::protobuf::GetEnumDescriptor<Enum>(), value);
}

}  // namespace ledgate
