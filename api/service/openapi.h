// The OpenAPI 3.1 document, made from the route table and its field tables alone.
#pragma once

#include <string>
#include <string_view>

namespace ledgate::api {

std::string openapi_document(std::string_view version);

}  // namespace ledgate::api
