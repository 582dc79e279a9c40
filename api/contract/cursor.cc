#include "api/contract/cursor.h"

#include "api/http/ascii.h"

#include <sodium.h>

namespace ledgate::api {
namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kCursorCharactersMax = 128;
constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

// The length of the scope stands first, so that no scope and place together read like another pair.
Key16 tag_of(const KeyedHash& hashes, std::string_view scope, std::string_view place) {
  std::string text = std::to_string(scope.size());
  text.append(":").append(scope).append(place);
  return hashes.hash16(HashPurpose::kCursor, text);
}

}  // namespace

std::string cursor_scope(const Call& call, const nlohmann::json& query) {
  nlohmann::json scope = query;  // members in order of their names
  scope.erase("after");
  scope.erase("limit");
  std::string text(call.route->operation);
  text.append("\n").append(call.principal->id.raw()).append(scope.dump());
  return text;
}

std::string seal_cursor(const KeyedHash& hashes, std::string_view scope, std::string_view place) {
  std::string bytes(place);
  bytes += tag_of(hashes, scope, place).raw();
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    kVariant);
  text.pop_back();  // the terminator that libsodium writes
  return text;
}

Result<std::string> open_cursor(const KeyedHash& hashes, std::string_view scope, std::string_view cursor) {
  std::array<unsigned char, kCursorCharactersMax> bytes{};
  std::size_t size = 0;
  const bool decoded = cursor.size() <= kCursorCharactersMax && is_ascii(cursor) &&
                       sodium_base642bin(bytes.data(), bytes.size(), cursor.data(), cursor.size(), nullptr, &size,
                                         nullptr, kVariant) == 0;
  if (!decoded || size < kTagBytes) return fail(ErrorCode::kCursorInvalid);
  const std::string_view whole(reinterpret_cast<const char*>(bytes.data()), size);
  const std::string_view place = whole.substr(0, size - kTagBytes);
  const Key16 expected = tag_of(hashes, scope, place);
  if (sodium_memcmp(expected.bytes.data(), whole.data() + place.size(), kTagBytes) != 0)
    return fail(ErrorCode::kCursorInvalid);
  return std::string(place);
}

}  // namespace ledgate::api
