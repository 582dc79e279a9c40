// User directory: users in the order of their numbers, for lists; and what they were before, for whoever asks how it
// was.
#pragma once

#include "projections/rows/projection.h"
#include "projections/rows/rows.pb.h"

#include <vector>

namespace ledgate {

class DirectoryProjection final : public Projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "directory"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(const AppliedTransaction& applied, Rows& rows) const override;
};

struct DirectoryPage {
  std::vector<rows::v1::DirectoryRow> users;
  std::optional<UserNumber> next;  // continue after this one; absent: that was all
};
DirectoryPage list_users(const KvReader& rows, UserNumber after, std::size_t limit);
std::optional<rows::v1::DirectoryRow> find_directory_row(const KvReader& rows, const UserId& id);

// How many former states of a user are kept; the oldest make room.
inline constexpr std::uint32_t kFormerStatesMax = 1000;

// The row as it was at `time` (log time), if there was one. Erasing a user takes the former states along.
struct FormerRow {
  std::optional<rows::v1::DirectoryRow> row;  // absent: there was no such user
  std::optional<LogTime> kept_since;          // `time` is before this, the earliest that is kept
};
FormerRow find_directory_row_at(const KvReader& rows, const UserId& id, LogTime time);

}  // namespace ledgate
