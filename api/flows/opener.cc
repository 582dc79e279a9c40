#include "api/flows/opener.h"

#include "commands/core/subject_keys.h"

namespace ledgate::api {

Opener::Opener(const Services& services, const KvReader& rows, std::string_view subject)
    : Opener(services, find_subject_key(rows, subject)) {}

Opener::Opener(const Services& services, const std::optional<journal::v1::WrappedKey>& subject_key)
    : vault_(services.vault) {
  if (subject_key) key_ = services.subject_keys.unwrap(*subject_key);
}

std::string Opener::open(const state::v1::SealedField& kept) const {
  if (!key_ || kept.value().ciphertext().empty()) return {};
  return vault_
      .open(*key_, kept.value(), personal_associated_data(kept.transaction_id(), kept.event_index(), kept.path()))
      .value_or("");
}

}  // namespace ledgate::api
