#include "infra/rocksdb/recent_records.h"

#include <algorithm>
#include <utility>

namespace ledgate::infra {

RecentRecords::RecentRecords(Position end, std::size_t max_records, std::size_t max_bytes)
    : max_records_(max_records), max_bytes_(max_bytes), end_(end) {}

void RecentRecords::publish(std::vector<JournalRecord>& records) {
  {
    const Lock lock(mutex_);
    for (JournalRecord& record : records) {
      bytes_ += record.bytes.size();
      end_ = next(record.position);
      records_.push_back(std::move(record));
    }
    while (records_.size() > max_records_ || bytes_ > max_bytes_) {
      bytes_ -= records_.front().bytes.size();
      records_.pop_front();
    }
  }
  grown_.notify_all();
  records.clear();
}

Position RecentRecords::end() const {
  const Lock lock(mutex_);
  return end_;
}

Position RecentRecords::wait_while(Position from, std::chrono::milliseconds timeout) const {
  Lock lock(mutex_);
  grown_.wait_for(lock, timeout, [&]() REQUIRES(mutex_) { return end_ != from; });
  return end_;
}

bool RecentRecords::read(Position from, std::size_t max_records, std::size_t max_bytes,
                         std::vector<JournalRecord>& found) const {
  const Lock lock(mutex_);
  const std::uint64_t first = value(end_) - records_.size();
  if (value(from) < first) return false;
  std::size_t bytes = 0;
  for (std::size_t i = value(from) - first; i < records_.size() && found.size() < max_records; ++i) {
    const JournalRecord& record = records_[i];
    if (!found.empty() && bytes + record.bytes.size() > max_bytes) break;
    bytes += record.bytes.size();
    found.push_back(record);
  }
  return true;
}

}  // namespace ledgate::infra
