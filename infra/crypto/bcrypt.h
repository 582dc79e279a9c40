// bcrypt, for imported hashes only: nothing is ever hashed anew with it.
#pragma once

#include <string>
#include <string_view>

namespace ledgate::infra {

// The form alone: $2a$, $2b$ or $2y$, cost 04 to 15 (a cost of 15 takes about two seconds), 53 characters of salt and
// hash.
bool is_bcrypt(std::string_view stored);

// Any thread; takes 1 ms (cost 4) to seconds. False for whatever is_bcrypt() refuses and
// for a password with a NUL, which bcrypt would cut there. Like bcrypt everywhere it looks at the first 72 bytes only.
bool bcrypt_matches(const std::string& password, const std::string& stored);

}  // namespace ledgate::infra
