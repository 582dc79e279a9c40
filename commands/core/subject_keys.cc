#include "commands/core/subject_keys.h"

#include "projections/models/accounts.h"
#include "projections/rows/big_endian.h"

namespace ledgate {

std::optional<Secret<>> SubjectKeys::unwrap(const journal::v1::WrappedKey& wrapped) {
  {
    const Lock lock(mutex_);
    if (const auto* key = unwrapped_.find(wrapped.ciphertext())) return *key;
  }
  auto key = vault_.unwrap(wrapped);
  if (!key) return std::nullopt;
  const Lock lock(mutex_);
  unwrapped_.put(wrapped.ciphertext(), *key);
  return key;
}

std::optional<std::string> SubjectKeys::open(const KvReader& rows, const state::v1::SealedField& kept) {
  return open(rows, kept.value(), kept.transaction_id(), kept.event_index(), kept.path());
}

std::optional<std::string> SubjectKeys::open(const KvReader& rows, const journal::v1::Personal& value,
                                             std::string_view transaction_id, std::uint32_t event_index,
                                             std::string_view path) {
  const auto wrapped = find_subject_key(rows, value.subject());
  if (!wrapped) return std::nullopt;
  const auto key = unwrap(*wrapped);
  if (!key) return std::nullopt;
  return vault_.open(*key, value, personal_associated_data(transaction_id, event_index, path));
}

std::string personal_associated_data(std::string_view transaction_id, std::uint32_t event_index,
                                     std::string_view path) {
  return std::string(transaction_id).append(big_endian(event_index)).append(path);
}

}  // namespace ledgate
