#include "api/service/openapi.h"

#include "api/service/routes.h"
#include "tests/source_dir.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace ledgate::api {
namespace {

const std::string kGolden = std::string(LEDGATE_SOURCE_DIR) + "/tests/golden/openapi.json";

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// Where the document is not what was released; empty: nowhere. New operations and schemas are no change.
std::string first_change(nlohmann::ordered_json released, nlohmann::ordered_json present) {
  for (const auto& [path, item] : released["paths"].items()) {
    for (const auto& [method, operation] : item.items()) {
      if (present["paths"][path][method] != operation) return method + " " + path;
    }
  }
  for (const auto& [name, schema] : released["components"]["schemas"].items()) {
    if (present["components"]["schemas"][name] != schema) return "schema " + name;
  }
  for (auto* document : {&released, &present}) {
    document->erase("paths");
    (*document)["components"].erase("schemas");
  }
  return released == present ? "" : "what stands around paths and schemas";
}

bool is_release() {
  const std::string changelog = read_file(std::string(LEDGATE_SOURCE_DIR) + "/CHANGELOG.md");
  return !changelog.substr(changelog.find("\n## ")).starts_with("\n## Unreleased\n");
}

// A changed API is a visible diff; what is new is added at a release. LEDGATE_UPDATE_GOLDEN=1 writes the new document.
TEST(OpenApi, is_what_was_reviewed) {
  const auto document = nlohmann::ordered_json::parse(openapi_document("0.0.0"));
  const std::string text = document.dump(1) + "\n";
  if (std::getenv("LEDGATE_UPDATE_GOLDEN") != nullptr) std::ofstream(kGolden) << text;
  const std::string released = read_file(kGolden);
  EXPECT_EQ(first_change(nlohmann::ordered_json::parse(released), document), "")
      << "run with LEDGATE_UPDATE_GOLDEN=1 and look at the diff";
  EXPECT_TRUE(!is_release() || text == released) << "scripts/docs --release was forgotten";
}

TEST(OpenApi, a_change_of_what_was_released_is_found_and_what_is_new_is_none) {
  const auto released = nlohmann::ordered_json::parse(openapi_document("0.0.0"));
  auto present = released;
  present["paths"]["/new"]["get"] = {{"operationId", "new"}};
  present["components"]["schemas"]["New"] = {{"type", "object"}};
  EXPECT_EQ(first_change(released, present), "");
  auto changed = released;
  changed["paths"].begin().value().begin().value()["summary"] = "another";
  EXPECT_NE(first_change(released, changed), "");
  changed = released;
  changed["components"]["schemas"].begin().value()["type"] = "another";
  EXPECT_NE(first_change(released, changed), "");
  changed = released;
  changed["openapi"] = "0";
  EXPECT_NE(first_change(released, changed), "");
}

void collect_references(const nlohmann::ordered_json& value, std::set<std::string>& found) {
  if (value.is_object() && value.contains("$ref")) found.insert(value["$ref"].get<std::string>());
  if (value.is_structured()) {
    for (const auto& child : value) collect_references(child, found);
  }
}

TEST(OpenApi, every_reference_leads_somewhere) {
  const auto document = nlohmann::ordered_json::parse(openapi_document("0.0.0"));
  std::set<std::string> references;
  collect_references(document, references);
  EXPECT_FALSE(references.empty());
  for (const std::string& reference : references) {
    EXPECT_TRUE(document.contains(nlohmann::ordered_json::json_pointer(reference.substr(1)))) << reference;
  }
}

TEST(OpenApi, every_row_is_there_with_its_errors) {
  const auto document = nlohmann::ordered_json::parse(openapi_document("0.0.0"));
  for (const Route& route : routes()) {
    const auto& item = document["paths"][std::string(route.path)];
    const auto operation = std::find_if(item.begin(), item.end(),
                                        [&](const auto& value) { return value["operationId"] == route.operation; });
    ASSERT_NE(operation, item.end()) << route.operation;
    for (const ErrorCode code : declared_errors(route)) {
      EXPECT_TRUE((*operation)["responses"].contains(std::to_string(status_of(*route.envelope, code))))
          << route.operation << error_row(code).slug;
    }
  }
}

}  // namespace
}  // namespace ledgate::api
