// Prints one of the tables of this repository as text: `tree_facts settings|errors|events|error-codes|proto`.
// generated.py compares and writes.
#include "domain/errors/error_codes.h"
#include "domain/journal.pb.h"
#include "domain/value/fact_type.h"
#include "infra/config/settings_print.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <iostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace pb = google::protobuf;
using ledgate::FactType;

void print_errors() {
  std::cout << "# Errors\n\n"
               "Generated from `domain/error_codes.def` by `make docs`; do not edit.\n\n"
               "Programs branch on the code; the sentence may change. Number and code are permanent and never used "
               "again. Where two fit,\n"
               "the one further up is answered. A dialect renders them in its own envelope.\n\n"
               "| number | code | HTTP | meaning |\n| --- | --- | --- | --- |\n";
  for (const auto& row : ledgate::error_table()) {
    std::cout << "| " << static_cast<int>(row.code) << " | `" << row.slug << "` | " << ledgate::http_status(row.kind)
              << " | " << row.sentence << " |\n";
  }
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return text;
}

// `word` of each of the values, or what stands there instead of a field.
std::string reasons(const FactType& type) {
  const auto& options = type.options();
  if (options.outcome() == FactType::Options::SUCCESS) return "";
  const auto* field = type.message().FindFieldByName(options.reason_field());
  if (field == nullptr) return "`" + options.reason() + "`";
  if (field->enum_type() != nullptr) return "by `" + field->enum_type()->name() + "`";
  return "`" + options.reason() + "…`";
}

std::string touches(const FactType& type) {
  std::string list;
  for (const FactType::Touch& touch : type.touches()) {
    list += (list.empty() ? "" : ", ") + lower(FactType::Options::Key_Name(touch.key));
    if (touch.born) list += " (born)";
    if (!touch.when.empty()) list += " (if changed)";
  }
  return list;
}

void print_words(const pb::EnumDescriptor& type) {
  std::cout << "| `" << type.name() << "` | ";
  for (int i = 1; i < type.value_count(); ++i)
    std::cout << (i > 1 ? ", " : "") << "`" << ledgate::word_of(type, type.value(i)->number()) << "`";
  std::cout << " |\n";
}

void print_events() {
  std::cout << "# Events\n\n"
               "Generated from the facts' own declarations (`domain/*/facts.proto`) at each release; do not edit.\n\n"
               "`type` of an item of the audit trail is the name; `outcome` and `reason` are as below. Names and words "
               "are permanent.\n"
               "*Seen by*: `auditors` in the audit trail; `consumers` there too, and meant for other services as well; "
               "`nodes` nowhere.\n"
               "*Touches*: the conflict keys that the transaction writes.\n\n"
               "| event | outcome | reason | seen by | touches | since level |\n"
               "| --- | --- | --- | --- | --- | --- |\n";
  std::vector<const FactType*> types;
  for (const FactType& type : FactType::all()) types.push_back(&type);
  std::ranges::sort(types, {}, [](const FactType* type) { return type->name(); });
  for (const FactType* type : types) {
    const auto& options = type->options();
    std::cout << "| `" << type->name() << "` | " << lower(FactType::Options::Outcome_Name(options.outcome())) << " | "
              << reasons(*type) << " | " << lower(FactType::Options::Audience_Name(options.audience())) << " | "
              << touches(*type) << " | " << options.since_level() << " |\n";
  }
  std::cout << "\n## Words for reasons\n\n| by | words |\n| --- | --- |\n";
  print_words(*ledgate::journal::v1::Refusal_descriptor());
  print_words(*ledgate::journal::v1::MailFailure_descriptor());
}

void print_error_codes() {
  for (const auto& row : ledgate::error_table()) std::cout << static_cast<int>(row.code) << " " << row.slug << "\n";
}

// The feature level from which it is written, unless that is the first release's.
void print_level(std::uint32_t level) {
  if (level > 0) std::cout << " since " << level;
}

std::uint32_t fact_level(const pb::Descriptor* type) {
  return type == nullptr ? 0 : type->options().GetExtension(ledgate::journal::v1::fact).since_level();
}

void print_field(const pb::FieldDescriptor& field) {
  std::cout << field.full_name() << " = " << field.number() << " " << (field.is_repeated() ? "repeated " : "");
  if (field.type() == pb::FieldDescriptor::TYPE_MESSAGE) {
    std::cout << field.message_type()->full_name();
  } else if (field.type() == pb::FieldDescriptor::TYPE_ENUM) {
    std::cout << field.enum_type()->full_name();
  } else {
    std::cout << field.type_name();
  }
  const auto* choice = field.real_containing_oneof();
  std::cout << (choice != nullptr ? " oneof " + choice->name() : "");
  const auto& options = field.options().GetExtension(ledgate::journal::v1::fact_field);
  print_level(std::max({options.since_level(), fact_level(field.containing_type()), fact_level(field.message_type())}));
  std::cout << (options.announces_level() ? " since any\n" : "\n");
}

// The file and everything that it imports, each once, imports first; but for the options, which no record holds.
void print_proto(const pb::FileDescriptor& file) {
  static std::set<const pb::FileDescriptor*> printed{ledgate::journal::v1::FactOptions::descriptor()->file()};
  if (!printed.insert(&file).second) return;
  for (int i = 0; i < file.dependency_count(); ++i) print_proto(*file.dependency(i));
  for (int i = 0; i < file.message_type_count(); ++i) {
    for (int f = 0; f < file.message_type(i)->field_count(); ++f) print_field(*file.message_type(i)->field(f));
  }
  for (int i = 0; i < file.enum_type_count(); ++i) {
    const auto& type = *file.enum_type(i);
    for (int v = 0; v < type.value_count(); ++v) {
      std::cout << type.full_name() << " enum " << type.value(v)->name() << " = " << type.value(v)->number();
      print_level(type.value(v)->options().GetExtension(ledgate::journal::v1::fact_value).since_level());
      std::cout << "\n";
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view name = argc == 2 ? argv[1] : "";
  if (name == "settings") {
    std::cout << ledgate::infra::settings_as_markdown();
  } else if (name == "errors") {
    print_errors();
  } else if (name == "events") {
    print_events();
  } else if (name == "error-codes") {
    print_error_codes();
  } else if (name == "proto") {
    print_proto(*ledgate::journal::v1::Transaction::descriptor()->file());
  } else {
    std::cerr << "tree_facts settings|errors|events|error-codes|proto\n";
    return 2;
  }
}
