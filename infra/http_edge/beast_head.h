// The second reading of a head: Boost.Beast's parser, which goes by the book, on bytes that the strict scan
// (head_scan.h) let through. Pure.
//
// Only heads are given to it. In 1.74 its chunk reader asserts on an empty chunked body that arrives in small pieces,
// and a body limit of "none" refuses every body; bodies are read by body_reader.h.
#pragma once

#include "api/http/http.h"
#include "infra/http_edge/head_scan.h"

#include <string_view>
#include <vector>

namespace ledgate::infra::http_edge {

// Fills `out` with the headers of a complete head. False when Beast refuses it or frames it otherwise than the scan
// did: where two readers of one request disagree, somebody may be smuggling another one.
bool read_headers(std::string_view head, const Head& scanned, std::vector<api::Header>& out);

}  // namespace ledgate::infra::http_edge
