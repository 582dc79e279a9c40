// Cursors of paged lists: where to go on, under a MAC that binds it to its list, filters and reader. Opaque to clients.
#pragma once

#include "api/contract/call.h"
#include "commands/ports/vault.h"
#include "domain/errors/result.h"

#include <string>
#include <string_view>

namespace ledgate::api {

// What a cursor of this call is good for: the operation, the caller and every parameter but `after` and `limit`.
std::string cursor_scope(const Call& call);

std::string seal_cursor(const KeyedHash& hashes, std::string_view scope, std::string_view place);
// The place; kCursorInvalid for anything that seal_cursor did not make for this very scope.
Result<std::string> open_cursor(const KeyedHash& hashes, std::string_view scope, std::string_view cursor);

}  // namespace ledgate::api
