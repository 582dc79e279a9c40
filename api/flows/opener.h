// Opens what rows keep sealed, for answers.
#pragma once

#include "commands/core/services.h"
#include "domain/value/sealed_field.pb.h"
#include "domain/value/secret.h"
#include "projections/models/accounts.h"

#include <optional>
#include <string>
#include <string_view>

namespace ledgate::api {

// The fields of one data subject, for the price of one look-up and one unwrapping of its key. Once the subject is
// erased all are empty.
class Opener {
 public:
  Opener(const Services& services, const KvReader& rows, std::string_view subject);
  Opener(const Services& services, const std::optional<journal::v1::WrappedKey>& subject_key);
  [[nodiscard]] std::string open(const state::v1::SealedField& kept) const;

 private:
  Vault& vault_;
  std::optional<Secret<>> key_;
};

// What an account calls itself.
struct Profile {
  std::string username;      // shown to everybody: the address where there is no user name
  std::string email;         // empty: none
  std::string display_name;  // empty: none
};

// `Row`: an account or a directory row, which keep the same three fields.
template <class Row>
Profile open_profile(const Opener& opener, const Row& row) {
  Profile profile{.username = opener.open(row.username()),
                  .email = opener.open(row.email()),
                  .display_name = opener.open(row.display_name())};
  if (profile.username.empty()) profile.username = profile.email;
  return profile;
}
template <class Row>
Profile open_profile(const Services& services, const KvReader& rows, const Row& row) {
  return open_profile(Opener(services, rows, row.id()), row);
}
template <class Row>
Profile open_profile(const Services& services, const std::optional<journal::v1::WrappedKey>& subject_key,
                     const Row& row) {
  return open_profile(Opener(services, subject_key), row);
}

}  // namespace ledgate::api
