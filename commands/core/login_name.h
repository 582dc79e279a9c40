// A name that somebody typed to say who is meant: folded, and as the blind index under which its account is found.
#pragma once

#include "commands/core/services.h"

#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

struct FoldedName {
  std::string folded;
  std::optional<Key16> index;  // nullopt: the name cannot be folded, and so nobody can have it

  [[nodiscard]] std::string index_bytes() const { return index ? std::string(index->raw()) : std::string(); }
};

// Of a name that is to be somebody's.
FoldedName fold_name(const Services& services, std::string_view typed);

// Of a name that is looked for. What cannot be folded is nobody's name, and has an index of its own all the same, so
// that whoever is unknown is counted and recorded like anybody.
Key16 login_index(const Services& services, std::string_view typed);

}  // namespace ledgate
