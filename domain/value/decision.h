// What every decide function returns, and how a fact carries personal data until it is sealed.
#pragma once

#include "domain/errors/result.h"
#include "domain/journal.pb.h"
#include "domain/value/ids.h"

#include <string>
#include <vector>

namespace ledgate {

// The facts that follow, and the answer. A refusal is a decision too and has its own fact.
template <class T>
struct Decision {
  std::vector<journal::v1::Event> events;
  Result<T> answer;
};

// A personal value that is still to be sealed: its subject, and the plain text where the ciphertext will stand; no
// nonce yet.
journal::v1::Personal draft(const UserId& subject, std::string plain);
inline bool is_draft(const journal::v1::Personal& value) { return value.nonce().empty(); }

}  // namespace ledgate
