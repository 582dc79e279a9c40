// Prints one of the tables of this repository as text: `tree_facts settings|errors|error-codes|proto`. generated.py
// compares and writes.
#include "domain/errors/error_codes.h"
#include "domain/journal.pb.h"
#include "domain/value/fact_options.pb.h"
#include "infra/config/settings_print.h"

#include <google/protobuf/descriptor.h>

#include <iostream>
#include <string_view>

namespace {

namespace pb = google::protobuf;

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

void print_error_codes() {
  for (const auto& row : ledgate::error_table()) std::cout << static_cast<int>(row.code) << " " << row.slug << "\n";
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
  std::cout << (choice != nullptr ? " oneof " + choice->name() : "") << "\n";
}

// The file and everything that it imports, imports first; but for the options, which no record holds.
void print_proto(const pb::FileDescriptor& file) {
  if (&file == ledgate::journal::v1::FactOptions::descriptor()->file()) return;
  for (int i = 0; i < file.dependency_count(); ++i) print_proto(*file.dependency(i));
  for (int i = 0; i < file.message_type_count(); ++i) {
    for (int f = 0; f < file.message_type(i)->field_count(); ++f) print_field(*file.message_type(i)->field(f));
  }
  for (int i = 0; i < file.enum_type_count(); ++i) {
    const auto& type = *file.enum_type(i);
    for (int v = 0; v < type.value_count(); ++v)
      std::cout << type.full_name() << " enum " << type.value(v)->name() << " = " << type.value(v)->number() << "\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view name = argc == 2 ? argv[1] : "";
  if (name == "settings") {
    std::cout << ledgate::infra::settings_as_markdown();
  } else if (name == "errors") {
    print_errors();
  } else if (name == "error-codes") {
    print_error_codes();
  } else if (name == "proto") {
    print_proto(*ledgate::journal::v1::Transaction::descriptor()->file());
  } else {
    std::cerr << "tree_facts settings|errors|error-codes|proto\n";
    return 2;
  }
}
