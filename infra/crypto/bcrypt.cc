#include "infra/crypto/bcrypt.h"

#include "domain/value/secret.h"

#include <crypt.h>
#include <sodium.h>

#include <memory>

namespace ledgate::infra {
namespace {

constexpr std::size_t kTextSize = 60;
constexpr std::size_t kSettingSize = 7;  // $2b$12$
constexpr std::string_view kAlphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

}  // namespace

bool is_bcrypt(std::string_view stored) {
  if (stored.size() != kTextSize) return false;
  if (!stored.starts_with("$2a$") && !stored.starts_with("$2b$") && !stored.starts_with("$2y$")) return false;
  const std::string_view cost = stored.substr(4, 2);
  if (stored[6] != '$' || cost < "04" || cost > "15" || cost[1] < '0' || cost[1] > '9') return false;
  return stored.substr(kSettingSize).find_first_not_of(kAlphabet) == std::string_view::npos;
}

bool bcrypt_matches(const std::string& password, const std::string& stored) {
  if (!is_bcrypt(stored) || password.find('\0') != std::string::npos) return false;
  const auto data = std::make_unique<crypt_data>();
  const char* computed = ::crypt_r(password.c_str(), stored.c_str(), data.get());
  const bool matches = computed != nullptr && std::string_view(computed).size() == kTextSize &&
                       sodium_memcmp(computed, stored.data(), kTextSize) == 0;
  wipe(data.get(), sizeof(crypt_data));
  return matches;
}

}  // namespace ledgate::infra
