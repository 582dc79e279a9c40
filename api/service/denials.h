// Bounds the events that denied requests leave behind: whoever is refused all day long must not fill the journal.
#pragma once

#include "domain/value/ids.h"
#include "projections/ports/mutex.h"

#include <cstdint>
#include <unordered_map>

namespace ledgate::api {

// Any thread.
class Denials {
 public:
  static constexpr std::uint32_t kPerSecondAndUser = 5;
  static constexpr std::size_t kUsersMax = 1024;  // per second; beyond it denials are only counted

  // Whether this denial may have an event of its own; otherwise it has been counted.
  bool admit(const UserId& user, std::int64_t now_s);
  [[nodiscard]] std::uint64_t unrecorded() const;

 private:
  mutable Mutex mutex_;
  std::int64_t second_ GUARDED_BY(mutex_) = 0;
  std::unordered_map<UserId, std::uint32_t> recorded_ GUARDED_BY(mutex_);
  std::uint64_t unrecorded_ GUARDED_BY(mutex_) = 0;
};

}  // namespace ledgate::api
