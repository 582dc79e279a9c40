#include "api/service/denials.h"

namespace ledgate::api {

bool Denials::admit(const UserId& user, std::int64_t now_s) {
  const Lock lock(mutex_);
  if (now_s != second_) {
    second_ = now_s;
    recorded_.clear();
  }
  const bool room = recorded_.contains(user) || recorded_.size() < kUsersMax;
  if (room && recorded_[user] < kPerSecondAndUser) {
    ++recorded_[user];
    return true;
  }
  ++unrecorded_;
  return false;
}

std::uint64_t Denials::unrecorded() const {
  const Lock lock(mutex_);
  return unrecorded_;
}

}  // namespace ledgate::api
