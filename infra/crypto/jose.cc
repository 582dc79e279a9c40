#include "infra/crypto/jose.h"

#include "domain/value/base64.h"
#include "infra/crypto/es256.h"
#include "infra/crypto/library.h"

#include <sodium.h>

#include <unordered_map>

namespace ledgate::infra {
namespace {

constexpr std::size_t kKidSizeMax = 64;
constexpr std::string_view kKidAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kEs256Start = R"({"alg":"ES256","kid":")";
constexpr std::string_view kTypStart = R"(","typ":")";
constexpr std::string_view kHs256Start = R"({"alg":"HS256","typ":")";
constexpr std::string_view kHeaderEnd = R"("})";

std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  out.reserve(size);
  for (const std::string_view part : parts) out.append(part);
  return out;
}

std::string_view text_of(const Digest32& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signing_input;  // header and payload with the dot between them
};

// Three non-empty parts; what is in them is not looked at.
std::optional<Parts> split(std::string_view token) {
  if (token.size() > kTokenSizeMax) return std::nullopt;
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  const Parts parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                    token.substr(0, second)};
  if (parts.header.empty() || parts.payload.empty() || parts.signature.empty()) return std::nullopt;
  return parts;
}

// The kid of a header that sign() would have written for this typ. Strict base64url and a kid without quotes make that
// one text per kid.
std::optional<std::string> kid_of(std::string_view header, std::string_view typ) {
  auto json = base64url_decode(header);
  if (!json) return std::nullopt;
  const std::string end = join({kTypStart, typ, kHeaderEnd});
  if (!json->starts_with(kEs256Start) || !json->ends_with(end) || json->size() < kEs256Start.size() + end.size())
    return std::nullopt;
  return json->substr(kEs256Start.size(), json->size() - kEs256Start.size() - end.size());
}

bool is_kid(std::string_view kid) {
  return !kid.empty() && kid.size() <= kKidSizeMax && kid.find_first_not_of(kKidAlphabet) == std::string_view::npos;
}

std::string jwk(const SigningKey& key) {
  return join({R"({"kty":"EC","use":"sig","alg":"ES256","crv":"P-256","kid":")", key.kid, R"(","x":")",
               jwk_x(key.public_point), R"(","y":")", jwk_y(key.public_point), R"("})"});
}

auto refused() { return fail(ErrorCode::kUnauthenticated); }

}  // namespace

// Immutable once installed.
struct OpenSslJose::KeySet {
  std::unordered_map<std::string, Es256Key> by_kid;
  std::string jwks = R"({"keys":[]})";
};

OpenSslJose::OpenSslJose(Secret<Key32> mac_key)
    : mac_key_(std::move(mac_key)), keys_(std::make_shared<const KeySet>()) {
  ensure_crypto_ready();
}

OpenSslJose::~OpenSslJose() = default;

SigningKey OpenSslJose::generate() { return Es256Key::generate(); }

Status OpenSslJose::install(std::vector<SigningKey> keys) {
  auto set = std::make_shared<KeySet>();
  std::string list;
  for (const SigningKey& key : keys) {
    auto usable = Es256Key::from(key);
    if (!usable || !is_kid(key.kid) || !set->by_kid.emplace(key.kid, std::move(*usable)).second)
      return fail(ErrorCode::kInternal);
    list += (list.empty() ? "" : ",") + jwk(key);
  }
  set->jwks = R"({"keys":[)" + list + "]}";
  const Lock lock(mutex_);
  keys_ = std::move(set);
  return {};
}

std::shared_ptr<const OpenSslJose::KeySet> OpenSslJose::keys() const {
  const Lock lock(mutex_);
  return keys_;
}

Result<std::string> OpenSslJose::sign(std::string_view kid, std::string_view typ, std::string_view payload) {
  const auto set = keys();
  const auto found = set->by_kid.find(std::string(kid));
  if (found == set->by_kid.end() || !found->second.can_sign() || payload.empty()) return fail(ErrorCode::kInternal);
  std::string token = join({base64url(join({kEs256Start, kid, kTypStart, typ, kHeaderEnd})), ".", base64url(payload)});
  const std::string signature = base64url(found->second.sign(token));
  token.append(".").append(signature);
  if (token.size() > kTokenSizeMax) return fail(ErrorCode::kInternal);
  return token;
}

Result<std::string> OpenSslJose::verify(std::string_view token, std::string_view typ) {
  const auto parts = split(token);
  if (!parts) return refused();
  const auto kid = kid_of(parts->header, typ);
  if (!kid) return refused();
  const auto set = keys();
  const auto found = set->by_kid.find(*kid);
  if (found == set->by_kid.end()) return refused();
  auto payload = base64url_decode(parts->payload);
  const auto signature = base64url_decode(parts->signature);
  if (!payload || !signature || !found->second.verify(parts->signing_input, *signature)) return refused();
  return std::move(*payload);
}

Digest32 OpenSslJose::hmac(std::string_view signing_input) const {
  Digest32 out{};
  static_assert(crypto_auth_hmacsha256_BYTES == sizeof(Digest32) && crypto_auth_hmacsha256_KEYBYTES == sizeof(Key32));
  must(crypto_auth_hmacsha256(out.data(), bytes_of(signing_input), signing_input.size(), mac_key_.reveal().data()) == 0,
       "HMAC-SHA-256");
  return out;
}

std::string OpenSslJose::mac(std::string_view typ, std::string_view payload) {
  std::string token = join({base64url(join({kHs256Start, typ, kHeaderEnd})), ".", base64url(payload)});
  const std::string signature = base64url(text_of(hmac(token)));
  token.append(".").append(signature);
  return token;
}

Result<std::string> OpenSslJose::verify_mac(std::string_view token, std::string_view typ) {
  const auto parts = split(token);
  if (!parts || parts->header != base64url(join({kHs256Start, typ, kHeaderEnd}))) return refused();
  const auto signature = base64url_decode(parts->signature);
  if (!signature || signature->size() != sizeof(Digest32)) return refused();
  const Digest32 expected = hmac(parts->signing_input);
  if (sodium_memcmp(expected.data(), signature->data(), expected.size()) != 0) return refused();
  auto payload = base64url_decode(parts->payload);
  if (!payload) return refused();
  return std::move(*payload);
}

std::string OpenSslJose::jwks() { return keys()->jwks; }

}  // namespace ledgate::infra
