// The administrator of the first start: which password it gets, and how the operator learns it.
#pragma once

#include "commands/core/services.h"
#include "domain/value/secret.h"
#include "infra/config/settings.h"

#include <string_view>

namespace ledgate::infra {

// `admin.password` where it is set, "admin" on a loopback address, else one that follows from the keyring and the
// journal's id: all nodes that make an administrator for one journal would give it the same. So it does not matter
// which of them wins, and none that dies at the wrong moment takes the password with it.
Secret<> first_password(const Settings& settings, const Secret<Key32>& key, std::string_view journal);

// One thread. References outlive it.
class FirstAdministrator {
 public:
  // `key`: derived from the keyring for this alone.
  FirstAdministrator(const Services& services, const Settings& settings, const Secret<Key32>& key);

  // Makes the administrator unless there has been one. A password that nobody chose is printed before anything is
  // appended. May be called again after an error.
  Status ensure();
  // In the log, while the account has its first password.
  void warn_of_first_password() const;

 private:
  void tell(const Secret<>& password);
  void take_back(const Secret<>& password) const;

  const Services& services_;
  const Settings& settings_;
  const Secret<Key32>& key_;
  bool is_told_ = false;
};

}  // namespace ledgate::infra
