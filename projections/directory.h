// User directory: users in the order of their numbers, for lists.
#pragma once

#include "projections/projection.h"
#include "projections/rows.pb.h"

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

}  // namespace ledgate
