#include "tests/support/fact_samples.h"

#include <stdexcept>

namespace ledgate::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kIdSize = 16;

// Values that tell their field, so that two fields that changed places would be noticed.
std::string bytes_for(const FieldDescriptor& field) {
  const std::string& name = field.name();
  int size = kIdSize;
  if (name == "nonce") size = 12;
  if (name == "request_hash") size = 32;
  if (name == "public_key") size = 65;
  if (name == "ciphertext" || name == "sealed_private_key") size = 60;
  std::string value;
  for (int i = 0; i < size; ++i) value.push_back(static_cast<char>(field.number() * 16 + i));
  return value;
}

void set_scalar(Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  const int seed = field.number() * 1000 + static_cast<int>(field.name().size());
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&message, &field, seed);
    case FieldDescriptor::CPPTYPE_UINT32:
      if (field.name() == "level") return reflection.SetUInt32(&message, &field, 1);  // one that this program knows
      return reflection.SetUInt32(&message, &field, static_cast<std::uint32_t>(seed));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&message, &field, 1'700'000'000'000 + seed);
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection.SetUInt64(&message, &field, 5'000'000'000U + static_cast<std::uint64_t>(seed));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, true);
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnumValue(&message, &field,
                                     field.enum_type()->value(field.enum_type()->value_count() - 1)->number());
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.SetString(
          &message, &field, field.type() == FieldDescriptor::TYPE_BYTES ? bytes_for(field) : field.name() + " \u00fc");
    default:
      throw std::logic_error("no sample for a field of this type: " + field.full_name());
  }
}

}  // namespace

void fill(Message& message) {
  const auto& reflection = *message.GetReflection();
  const Descriptor& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (field.real_containing_oneof() != nullptr && reflection.HasOneof(message, field.real_containing_oneof()))
      continue;
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      set_scalar(message, field);
    } else if (field.is_repeated()) {
      fill(*reflection.AddMessage(&message, &field));
    } else {
      fill(*reflection.MutableMessage(&message, &field));
    }
  }
}

std::vector<Fact> every_fact() {
  std::vector<Fact> facts;
  const google::protobuf::OneofDescriptor& aggregates = *journal::v1::Event::descriptor()->FindOneofByName("aggregate");
  for (int a = 0; a < aggregates.field_count(); ++a) {
    const google::protobuf::OneofDescriptor& kinds = *aggregates.field(a)->message_type()->FindOneofByName("fact");
    for (int f = 0; f < kinds.field_count(); ++f) {
      Fact fact{.name = kinds.field(f)->message_type()->name(), .example = {}};
      Message& about = *fact.example.GetReflection()->MutableMessage(&fact.example, aggregates.field(a));
      fill(*about.GetReflection()->MutableMessage(&about, kinds.field(f)));
      fill(about);
      facts.push_back(std::move(fact));
    }
  }
  return facts;
}

}  // namespace ledgate::testing
