// The OpenAPI 3.1 document, made from the route table and its field tables alone.
#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

namespace ledgate::api {

nlohmann::ordered_json openapi_document(std::string_view version);

}  // namespace ledgate::api
