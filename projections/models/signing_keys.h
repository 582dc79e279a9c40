// The keys that sign tokens: added and retired through the journal, so that every node has the same ones.
#pragma once

#include "projections/rows/projection.h"
#include "projections/rows/rows.pb.h"

#include <vector>

namespace ledgate {

class SigningKeysProjection final : public Projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "signing_keys"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(const AppliedTransaction& applied, Rows& rows) const override;
};

std::vector<rows::v1::SigningKeyRow> list_signing_keys(const KvReader& rows);

}  // namespace ledgate
