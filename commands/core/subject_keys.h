// The keys of data subjects, unwrapped and kept for a while; opens what was sealed under them.
#pragma once

#include "commands/core/lru_cache.h"
#include "commands/ports/vault.h"
#include "domain/value/sealed_field.pb.h"
#include "projections/ports/kv.h"
#include "projections/ports/mutex.h"

#include <cstddef>
#include <optional>
#include <string>

namespace ledgate {

// Any thread. Bounded. The wrapped key is read from the rows at every use, so an erased subject's data cannot be opened
// from here either: only the unwrapping is remembered.
class SubjectKeys {
 public:
  SubjectKeys(Vault& vault, std::size_t capacity) : vault_(vault), unwrapped_(capacity) {}

  std::optional<Secret<>> unwrap(const journal::v1::WrappedKey& wrapped);
  // nullopt: the subject is unknown or erased, or the bytes were altered.
  std::optional<std::string> open(const KvReader& rows, const state::v1::SealedField& kept);
  std::optional<std::string> open(const KvReader& rows, const journal::v1::Personal& value,
                                  std::string_view transaction_id, std::uint32_t event_index, std::string_view path);

 private:
  Vault& vault_;
  Mutex mutex_;
  LruCache<std::string, Secret<>> unwrapped_ GUARDED_BY(mutex_);  // by the wrapped ciphertext
};

// The event index under which Transaction.client is sealed.
inline constexpr std::uint32_t kClientEventIndex = 0xffffffff;
inline constexpr std::string_view kClientPath = "client";

// transaction id (16) ‖ event index (4, big-endian) ‖ path
std::string personal_associated_data(std::string_view transaction_id, std::uint32_t event_index, std::string_view path);

}  // namespace ledgate
