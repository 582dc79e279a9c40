#pragma once

#include "domain/errors/result.h"
#include "domain/journal.pb.h"

#include <functional>
#include <string>

namespace ledgate {

// Calls `seal` for every Personal that is still a draft, with the dotted path of its field ("user.registered.email").
// Found by reflection, so that a new fact with a personal field is sealed without anybody remembering it here.
Status seal_drafts(journal::v1::Event& event,
                   const std::function<Status(journal::v1::Personal&, const std::string& path)>& seal);

}  // namespace ledgate
