#include "api/service/openapi.h"

#include "api/service/routes.h"

#include <gtest/gtest.h>

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

// A changed API is a visible diff: LEDGATE_UPDATE_GOLDEN=1 writes the new document.
TEST(OpenApi, is_what_was_reviewed) {
  const std::string document = openapi_document("0.0.0").dump(1) + "\n";
  if (std::getenv("LEDGATE_UPDATE_GOLDEN") != nullptr) std::ofstream(kGolden) << document;
  EXPECT_TRUE(document == read_file(kGolden)) << "run with LEDGATE_UPDATE_GOLDEN=1 and look at the diff";
}

void collect_references(const nlohmann::ordered_json& value, std::set<std::string>& found) {
  if (value.is_object() && value.contains("$ref")) found.insert(value["$ref"].get<std::string>());
  if (value.is_structured()) {
    for (const auto& child : value) collect_references(child, found);
  }
}

TEST(OpenApi, every_reference_leads_somewhere) {
  const auto document = openapi_document("0.0.0");
  std::set<std::string> references;
  collect_references(document, references);
  EXPECT_FALSE(references.empty());
  for (const std::string& reference : references) {
    EXPECT_TRUE(document.contains(nlohmann::ordered_json::json_pointer(reference.substr(1)))) << reference;
  }
}

TEST(OpenApi, every_row_is_there_with_its_errors) {
  const auto document = openapi_document("0.0.0");
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
