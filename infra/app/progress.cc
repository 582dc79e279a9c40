#include "infra/app/progress.h"

#include <cstdio>

namespace ledgate::infra {
namespace {

constexpr std::chrono::seconds kInterval{1};

}  // namespace

Progress::Progress(std::string what, Position begin, Position end)
    : what_(std::move(what)),
      begin_(value(begin)),
      end_(value(end)),
      started_(std::chrono::steady_clock::now()),
      printed_(started_) {}

void Progress::at(Position position) {
  const auto now = std::chrono::steady_clock::now();
  if (now - printed_ < kInterval) return;
  printed_ = now;
  visible_ = true;
  print(position, now);
}

void Progress::finish(Position position) {
  if (visible_) print(position, std::chrono::steady_clock::now());
}

void Progress::print(Position position, std::chrono::steady_clock::time_point now) const {
  const std::uint64_t done = value(position) + 1;
  const double percent = end_ == 0 ? 100.0 : 100.0 * static_cast<double>(done) / static_cast<double>(end_);
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const double rate = static_cast<double>(done - begin_) / seconds;
  const double left = rate > 0 && end_ > done ? static_cast<double>(end_ - done) / rate : 0;
  std::fprintf(stderr, "%s: %llu of %llu records (%.1f %%), %.0f/s, %.0f s left\n", what_.c_str(),
               static_cast<unsigned long long>(done), static_cast<unsigned long long>(end_), percent, rate, left);
}

}  // namespace ledgate::infra
