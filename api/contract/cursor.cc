#include "api/contract/cursor.h"

#include "domain/value/base64.h"

#include <nlohmann/json.hpp>
#include <sodium.h>

namespace ledgate::api {
namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kCursorCharactersMax = 128;

// The length of the scope stands first, so that no scope and place together read like another pair.
Key16 tag_of(const KeyedHash& hashes, std::string_view scope, std::string_view place) {
  std::string text = std::to_string(scope.size());
  text.append(":").append(scope).append(place);
  return hashes.hash16(HashPurpose::kCursor, text);
}

}  // namespace

std::string cursor_scope(const Call& call) {
  nlohmann::json scope = call.query.object();  // members in order of their names
  scope.erase("after");
  scope.erase("limit");
  std::string text(call.route->operation);
  text.append("\n").append(call.principal->id.raw()).append(scope.dump());
  return text;
}

std::string seal_cursor(const KeyedHash& hashes, std::string_view scope, std::string_view place) {
  std::string bytes(place);
  bytes += tag_of(hashes, scope, place).raw();
  return base64url(bytes);
}

Result<std::string> open_cursor(const KeyedHash& hashes, std::string_view scope, std::string_view cursor) {
  const auto whole = cursor.size() <= kCursorCharactersMax ? base64url_decode(cursor) : std::nullopt;
  if (!whole || whole->size() < kTagBytes) return fail(ErrorCode::kCursorInvalid);
  const std::string_view place = std::string_view(*whole).substr(0, whole->size() - kTagBytes);
  const Key16 expected = tag_of(hashes, scope, place);
  if (sodium_memcmp(expected.bytes.data(), whole->data() + place.size(), kTagBytes) != 0)
    return fail(ErrorCode::kCursorInvalid);
  return std::string(place);
}

}  // namespace ledgate::api
