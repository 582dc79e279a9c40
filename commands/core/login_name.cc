#include "commands/core/login_name.h"

namespace ledgate {
namespace {

Key16 index_of(const Services& services, std::string_view folded) {
  return services.hashes.hash16(HashPurpose::kLoginIndex, folded);
}

}  // namespace

FoldedName fold_name(const Services& services, std::string_view typed) {
  auto folded = services.folder.fold(typed);
  if (!folded || folded->empty()) return {};
  const Key16 index = index_of(services, *folded);
  return {.folded = std::move(*folded), .index = index};
}

Key16 login_index(const Services& services, std::string_view typed) {
  const auto folded = services.folder.fold(typed);
  // No folded name begins with NUL.
  return index_of(services, folded ? *folded : std::string(1, '\0').append(typed));
}

}  // namespace ledgate
