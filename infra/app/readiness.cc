#include "infra/app/readiness.h"

#include <sys/statvfs.h>
#include <unistd.h>

namespace ledgate::infra {
namespace {

constexpr std::int64_t kClockToleranceMs = 30'000;
constexpr std::uint64_t kLagMax = 10'000;  // records; a burst that all nodes apply within a second or two
constexpr std::uint64_t kFreeBytesMin = std::uint64_t{64} << 20;

}  // namespace

std::vector<std::string> clock_reasons(std::int64_t wall_ms, LogTime log_time) {
  const std::int64_t behind_ms = log_time.ms - wall_ms;
  if (behind_ms <= kClockToleranceMs) return {};
  return {"clock_skew: this node's clock is " + std::to_string(behind_ms / 1000) + " s behind the log's"};
}

std::vector<std::string> lag_reasons(Position end, Position applied) {
  const std::uint64_t records = value(applied) + 1;
  if (value(end) <= records + kLagMax) return {};
  return {"lagging: " + std::to_string(value(end) - records) + " records of the journal are not applied yet"};
}

std::vector<std::string> disk_reasons(const std::filesystem::path& data) {
  struct statvfs disk {};
  if (::access(data.c_str(), W_OK) != 0) return {"disk_not_writable: the data directory cannot be written"};
  if (::statvfs(data.c_str(), &disk) == 0 && std::uint64_t{disk.f_bavail} * disk.f_frsize < kFreeBytesMin)
    return {"disk_full: less than 64 MiB are left for the data directory"};
  return {};
}

}  // namespace ledgate::infra
