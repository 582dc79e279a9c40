// One sample of every fact there is, with every field set.
#pragma once

#include "domain/journal.pb.h"

#include <google/protobuf/message.h>

#include <string>
#include <vector>

namespace ledgate::testing {

struct Fact {
  std::string name;            // of the message, "LoggedIn"
  journal::v1::Event example;  // with every field of the fact set
};
// Every fact of every aggregate, by the descriptors: nobody can forget one here.
std::vector<Fact> every_fact();

// Sets every field, and every field of every message in it, to a value that tells the field: fields that changed places
// would be noticed. The same at every call.
void fill(google::protobuf::Message& message);

}  // namespace ledgate::testing
