#include "commands/core/seal_drafts.h"

#include "domain/value/decision.h"

#include <google/protobuf/message.h>

#include <vector>

namespace ledgate {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Seal = std::function<Status(journal::v1::Personal&, const std::string&)>;

Status walk(Message& message, const std::string& path, const Seal& seal) {
  std::vector<const FieldDescriptor*> fields;
  const auto* reflection = message.GetReflection();
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_repeated()) continue;
    Message& child = *reflection->MutableMessage(&message, field);
    const std::string child_path = path.empty() ? field->name() : path + "." + field->name();
    if (child.GetDescriptor() != journal::v1::Personal::descriptor()) {
      TRY_STATUS(walk(child, child_path, seal));
      continue;
    }
    auto& personal = static_cast<journal::v1::Personal&>(child);
    if (is_draft(personal)) TRY_STATUS(seal(personal, child_path));
  }
  return {};
}

}  // namespace

Status seal_drafts(journal::v1::Event& event, const Seal& seal) { return walk(event, {}, seal); }

}  // namespace ledgate
