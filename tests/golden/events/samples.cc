#include "tests/golden/events/samples.h"

#include "infra/crypto/keyring_text.h"
#include "tests/source_dir.h"

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

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

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

std::vector<std::string> fields_of(const Message& message) {
  std::vector<std::string> found;
  list_fields(message, {}, found);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

journal::v1::Transaction full_transaction() {
  journal::v1::Transaction transaction;
  testing::fill(transaction);
  return transaction;
}

journal::v1::Genesis full_genesis() {
  journal::v1::Genesis genesis;
  testing::fill(genesis);
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
