#include "infra/app/first_administrator.h"

#include "commands/account/accounts.h"
#include "commands/core/login_name.h"
#include "commands/core/subject_keys.h"
#include "infra/crypto/library.h"
#include "infra/observe/log.h"
#include "projections/models/accounts.h"
#include "projections/replica/applier.h"

#include <array>
#include <cstdio>
#include <optional>

namespace ledgate::infra {
namespace {

constexpr std::string_view kAdministrator = "admin";
constexpr std::size_t kLetters = 24;  // five bits each

// Behind a proxy, clients from anywhere come from a loopback address: the listening address alone says nothing.
bool is_reachable_from_outside(const Settings& settings) {
  return !settings.listen.is_loopback() || !settings.public_url.empty() || !settings.trusted_proxies.empty();
}

bool is_generated(const Settings& settings) {
  return settings.admin.password.reveal().empty() && is_reachable_from_outside(settings);
}

std::optional<state::v1::Account> administrator(const Services& services, const KvReader& rows) {
  const auto user = find_login(rows, login_index(services, kAdministrator));
  return user ? find_account(rows, *user) : std::nullopt;
}

}  // namespace

Secret<> first_password(const Settings& settings, const Secret<Key32>& key, std::string_view journal) {
  if (!settings.admin.password.reveal().empty()) return settings.admin.password;
  if (!is_generated(settings)) return Secret<>(std::string(kAdministrator));
  // 32 letters, none that looks like another.
  static constexpr std::string_view kAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGH";
  std::array<std::uint8_t, kLetters> bytes{};
  keyed_blake2b(key.reveal(), journal, bytes);
  std::string password;
  for (const std::uint8_t byte : bytes) password.push_back(kAlphabet[byte % kAlphabet.size()]);
  wipe(bytes.data(), bytes.size());
  return Secret<>(std::move(password));
}

FirstAdministrator::FirstAdministrator(const Services& services, const Settings& settings, const Secret<Key32>& key)
    : services_(services), settings_(settings), key_(key) {}

Status FirstAdministrator::ensure() {
  const Secret<> password = first_password(settings_, key_, journal_id(services_.store.latest()));
  if (is_generated(settings_) && !is_told_ && !has_administrator(services_)) tell(password);
  const bool is_ours = TRY(bootstrap_administrator(services_, password));
  if (is_told_ && !is_ours) take_back(password);
  return {};
}

void FirstAdministrator::tell(const Secret<>& password) {
  std::printf("ledgate: the administrator's user name is \"admin\", the password (shown this once) is %s\n",
              password.reveal().c_str());
  std::fflush(stdout);
  is_told_ = true;
}

// Another node was first. It gave the same password, unless it was told to give another one.
void FirstAdministrator::take_back(const Secret<>& password) const {
  const auto snapshot = services_.store.snapshot();
  const auto account = administrator(services_, *snapshot);
  if (!account || !account->has_password_hash()) return;
  auto stored = services_.subject_keys.open(*snapshot, account->password_hash());
  const auto check = stored ? services_.hasher.verify(password, Secret<>(std::move(*stored))) : PasswordCheck{};
  if (!check || check->matches) return;
  std::printf(
      "ledgate: that password is void: another node made the administrator first, with a password of its own\n");
  std::fflush(stdout);
}

void FirstAdministrator::warn_of_first_password() const {
  const auto account = administrator(services_, services_.store.latest());
  if (account && account->bootstrap_password())
    log_warn("the administrator still has the first password: change it", {{"user.name", kAdministrator}});
}

}  // namespace ledgate::infra
