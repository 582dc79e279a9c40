#include "domain/value/fact_type.h"

#include <algorithm>

namespace ledgate {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using journal::v1::Event;

constexpr std::string_view kUnknownWord = "unspecified";

char to_lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

// "mail_failure_" of enum MailFailure.
std::string prefix_of(const EnumDescriptor& type) {
  std::string prefix;
  for (const char letter : type.name()) {
    if (to_lower(letter) != letter && !prefix.empty()) prefix += '_';
    prefix += to_lower(letter);
  }
  return prefix + '_';
}

// Of one aggregate: its types by the number of their field.
using ByNumber = std::vector<const FactType*>;

struct Registry {
  std::vector<FactType> types;
  std::vector<ByNumber> aggregates;  // by the number of theirs
};

template <class List>
auto& at(List& list, int index) {
  if (list.size() <= static_cast<std::size_t>(index)) list.resize(static_cast<std::size_t>(index) + 1);
  return list[static_cast<std::size_t>(index)];
}

// Calls `visit` with the field of each fact and that of its aggregate, always in the same order.
template <class Visit>
void each_fact(const Visit& visit) {
  const auto* aggregates = Event::descriptor()->FindOneofByName("aggregate");
  for (int a = 0; a < aggregates->field_count(); ++a) {
    const auto* facts = aggregates->field(a)->message_type()->FindOneofByName("fact");
    for (int f = 0; f < facts->field_count(); ++f) visit(*aggregates->field(a), *facts->field(f));
  }
}

const Registry& registry() {
  static const Registry made = [] {
    Registry registry;
    each_fact([&](const auto& aggregate, const auto& fact) { registry.types.emplace_back(aggregate, fact); });
    auto type = registry.types.cbegin();
    each_fact([&](const auto& aggregate, const auto& fact) {
      at(at(registry.aggregates, aggregate.number()), fact.number()) = &*type++;
    });
    return registry;
  }();
  return made;
}

const FactType* find(Event::AggregateCase aggregate, int fact) {
  const ByNumber& types = registry().aggregates[static_cast<std::size_t>(aggregate)];
  return static_cast<std::size_t>(fact) < types.size() ? types[static_cast<std::size_t>(fact)] : nullptr;
}

FactType::Touch resolved(const FactType::Options::Touch& declared, const google::protobuf::Descriptor& fact) {
  FactType::Touch touch{
      .key = declared.key(), .born = declared.born(), .id = fact.FindFieldByName(declared.id()), .when = {}};
  for (const auto& condition : declared.when()) {
    const FieldDescriptor* field = fact.FindFieldByName(condition.field());
    const EnumDescriptor* values = field != nullptr ? field->enum_type() : nullptr;
    touch.when.push_back({.field = field, .is = values != nullptr ? values->FindValueByName(condition.is()) : nullptr});
  }
  return touch;
}

}  // namespace

bool FactType::Touch::holds(const Message& fact) const {
  const auto& reflection = *fact.GetReflection();
  return when.empty() || std::ranges::any_of(when, [&](const Condition& condition) {
           if (condition.is == nullptr) return reflection.HasField(fact, condition.field);
           return reflection.GetEnumValue(fact, condition.field) == condition.is->number();
         });
}

FactType::FactType(const FieldDescriptor& aggregate, const FieldDescriptor& fact)
    : aggregate_(&aggregate),
      fact_(&fact),
      options_(&fact.message_type()->options().GetExtension(journal::v1::fact)),
      reason_field_(fact.message_type()->FindFieldByName(options_->reason_field())) {
  for (const auto& declared : options_->touches()) touches_.push_back(resolved(declared, *fact.message_type()));
  for (int i = 0; i < message().field_count(); ++i) {
    const FieldDescriptor& field = *message().field(i);
    const std::string& to = field.options().GetExtension(journal::v1::fact_field).sets();
    if (!to.empty())
      settings_.push_back(
          {.from = &field, .to = to, .path = aggregate.name() + "." + fact.name() + "." + field.name()});
  }
}

const FactType* FactType::of(const Event& event) {
  switch (event.aggregate_case()) {
    case Event::kUser:
      return of(event.user());
    case Event::kSession:
      return of(event.session());
    case Event::kService:
      return of(event.service());
    case Event::AGGREGATE_NOT_SET:
      break;
  }
  return nullptr;
}

const FactType* FactType::of(const journal::v1::UserEvent& event) { return find(Event::kUser, event.fact_case()); }

const FactType* FactType::of(const journal::v1::SessionEvent& event) {
  return find(Event::kSession, event.fact_case());
}

const FactType* FactType::of(const journal::v1::ServiceEvent& event) {
  return find(Event::kService, event.fact_case());
}

const FactType* FactType::named(std::string_view name) {
  const auto found = std::ranges::find(all(), name, [](const FactType& type) { return type.name(); });
  return found == all().end() ? nullptr : &*found;
}

std::span<const FactType> FactType::all() { return registry().types; }

bool FactType::touches(Options::Key key) const {
  return std::ranges::any_of(touches_, [&](const Touch& touch) { return touch.key == key; });
}

const Message& FactType::fact_in(const Message& event) const {
  const bool is_whole = event.GetDescriptor() == aggregate_->containing_type();
  const Message& about = is_whole ? event.GetReflection()->GetMessage(event, aggregate_) : event;
  return about.GetReflection()->GetMessage(about, fact_);
}

std::string FactType::reason(const Message& fact) const {
  if (reason_field_ == nullptr) return options_->reason();
  const auto& reflection = *fact.GetReflection();
  if (const EnumDescriptor* values = reason_field_->enum_type())
    return options_->reason() + word_of(*values, reflection.GetEnumValue(fact, reason_field_));
  return options_->reason() + reflection.GetString(fact, reason_field_);
}

std::string word_of(const EnumDescriptor& type, int value) {
  const auto* known = type.FindValueByNumber(value);
  if (known == nullptr) return std::string(kUnknownWord);
  const std::string& word = known->options().GetExtension(journal::v1::fact_value).word();
  if (!word.empty()) return word;
  std::string text = known->name();
  std::ranges::transform(text, text.begin(), to_lower);
  const std::string prefix = prefix_of(type);
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

}  // namespace ledgate
