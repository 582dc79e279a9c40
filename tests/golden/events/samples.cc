#include "tests/golden/events/samples.h"

#include "infra/crypto/keyring_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace ledgate::golden {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

constexpr int kIdSize = 16;

void fill(Message& message);

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

void list_fields(const Message& message, const std::string& path, std::vector<std::string>& found) {
  std::vector<const FieldDescriptor*> fields;
  const auto& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string here = path.empty() ? field->name() : path + "." + field->name();
    found.push_back(here);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) list_fields(reflection.GetMessage(message, field), here, found);
    for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
      list_fields(reflection.GetRepeatedMessage(message, field, i), here, found);
    }
  }
}

}  // namespace

std::string folder() { return std::string(LEDGATE_SOURCE_DIR) + "/tests/golden/events"; }

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> files(const std::string& ending) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().string().ends_with(ending)) found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

const infra::KeyringVault& keyring() {
  static const infra::KeyringVault vault(infra::KeyringText::parse(read_file(folder() + "/keyring")).keyring.value());
  return vault;
}

std::vector<Fact> every_fact() {
  std::vector<Fact> facts;
  const OneofDescriptor& aggregates = *journal::v1::Event::descriptor()->FindOneofByName("aggregate");
  for (int a = 0; a < aggregates.field_count(); ++a) {
    const OneofDescriptor& kinds = *aggregates.field(a)->message_type()->FindOneofByName("fact");
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

std::vector<std::string> fields_of(const Message& message) {
  std::vector<std::string> found;
  list_fields(message, {}, found);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

journal::v1::Transaction full_transaction() {
  journal::v1::Transaction transaction;
  fill(transaction);
  return transaction;
}

journal::v1::Genesis full_genesis() {
  journal::v1::Genesis genesis;
  fill(genesis);
  genesis.set_format(1);
  return genesis;
}

std::string to_json(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) throw std::runtime_error("no JSON");
  return json;
}

void write_if_missing(const std::string& name, const std::string& content) {
  const std::string path = folder() + "/" + name;
  if (std::filesystem::exists(path)) return;
  std::ofstream(path, std::ios::binary) << content;
}

bool may_write() {
  const char* asked = std::getenv("LEDGATE_WRITE_GOLDEN");
  return asked != nullptr && std::string(asked) == "1";
}

}  // namespace ledgate::golden
