#include "projections/log/awaiter.h"

namespace ledgate {

void Awaiter::Pending::acknowledge() {
  const std::lock_guard lock(mutex_);
  acknowledged_ = true;
  if (settled_) changed_->notify_all();
}

void Awaiter::Pending::give_up() {
  const std::lock_guard lock(mutex_);
  given_up_ = true;
  changed_->notify_all();
}

void Awaiter::Pending::settle(Settled settled) {
  const std::lock_guard lock(mutex_);
  if (!settled_) settled_ = settled;
  if (acknowledged_) changed_->notify_all();
}

std::optional<Settled> Awaiter::Pending::wait(Deadline deadline) {
  std::unique_lock lock(mutex_);
  changed_->wait(lock, deadline, [this] { return given_up_ || (acknowledged_ && settled_); });
  if (acknowledged_ && settled_) return settled_;
  return std::nullopt;
}

Awaiter::Awaiter(Waiting& waiting) : waiting_(waiting), position_moved_(waiting.make_signal()) {}

std::shared_ptr<Awaiter::Pending> Awaiter::expect(const TransactionId& id) {
  auto pending = std::make_shared<Pending>(id, waiting_);
  const std::lock_guard lock(mutex_);
  if (stopped_) return nullptr;
  pending_.emplace(id, pending);
  return pending;
}

void Awaiter::forget(const Pending& pending) {
  const std::lock_guard lock(mutex_);
  pending_.erase(pending.id_);
}

void Awaiter::settle(const TransactionId& id, Settled settled) {
  std::shared_ptr<Pending> pending;
  {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(id);
    if (found == pending_.end()) return;
    pending = found->second;
  }
  pending->settle(settled);
}

void Awaiter::advance(Position applied, LogTime time) {
  log_time_ms_.store(time.ms, std::memory_order_release);
  applied_.store(value(applied), std::memory_order_release);
  const std::lock_guard lock(mutex_);
  if (position_waiters_ > 0) position_moved_->notify_all();
}

void Awaiter::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (const auto& [id, pending] : pending_) pending->give_up();
  position_moved_->notify_all();
}

bool Awaiter::wait_for(Position position, Deadline deadline, std::size_t waiters_max) {
  if (value(applied()) >= value(position)) return true;
  std::unique_lock lock(mutex_);
  if (position_waiters_ >= waiters_max) return false;
  ++position_waiters_;
  position_moved_->wait(lock, deadline, [&] { return stopped_ || value(applied()) >= value(position); });
  --position_waiters_;
  return value(applied()) >= value(position);
}

}  // namespace ledgate
