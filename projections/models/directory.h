// User directory: users in the order of their numbers, for lists; and what they were before, for whoever asks how it
// was.
#pragma once

#include "projections/rows/model.h"
#include "projections/rows/rows.pb.h"

#include <vector>

namespace ledgate {

extern const ModelSpec kDirectoryModel;

namespace tables {
inline constexpr Table kDirectory = table_of(ModelId::kDirectory, 0);  // user number (8) → rows.v1.DirectoryRow
inline constexpr Table kDirectoryIds =
    table_of(ModelId::kDirectory, 1);  // user id → user number (8); "next" → the next number
inline constexpr Table kDirectoryHistory =
    table_of(ModelId::kDirectory, 2);  // user number (8) ‖ slot (4) → rows.v1.DirectoryRow
}  // namespace tables

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
