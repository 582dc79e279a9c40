#include "projections/rows/expiry.h"

#include "projections/rows/big_endian.h"

#include <string>
#include <vector>

namespace ledgate {

void schedule_expiry(Rows& rows, Table index, std::int64_t due_ms, std::string_view key) {
  rows.put(index, big_endian(due_ms).append(key), {});
}

void purge_due(Rows& rows, Table index, LogTime now, const std::function<void(std::string_view key)>& expire) {
  std::vector<std::string> due;
  rows.scan(index, {}, big_endian(now.ms + 1), [&](std::string_view key, std::string_view) {
    if (key.size() <= sizeof(std::int64_t)) rows.damaged(index, key);
    due.emplace_back(key);
    return due.size() < kPurgeRowsPerTick;
  });
  for (const std::string& key : due) {
    rows.erase(index, key);
    expire(std::string_view(key).substr(sizeof(std::int64_t)));
  }
}

}  // namespace ledgate
