// Password hashing on its own bounded pool.
#pragma once

#include "domain/errors/result.h"
#include "domain/value/ids.h"
#include "domain/value/secret.h"

#include <string>
#include <string_view>

namespace ledgate {

struct PasswordCheck {
  bool matches = false;
  bool needs_rehash = false;  // it matches, and the stored parameters are not the present ones
};

// Any thread; blocks until a hashing thread has done the work. Errors: kOverloaded (with retry_after) at once when the
// queue is full.
class Hasher {
 public:
  virtual ~Hasher() = default;
  // A PHC string with the present parameters.
  virtual Result<Secret<>> hash(const Secret<>& password) = 0;
  // `stored`: any PHC string this service can read (Argon2id, Argon2i, bcrypt). An empty one costs the same and never
  // matches: the answer to an unknown user. Stored parameters above the limit (128 MiB) never match.
  virtual Result<PasswordCheck> verify(const Secret<>& password, const Secret<>& stored) = 0;
  // Of the same password and salt the same bytes, at the cost of a hash: to know a password again, without keeping
  // what is cheaper to guess it by.
  virtual Result<Secret<>> derive(const Secret<>& password, const Key16& salt) = 0;
};

}  // namespace ledgate
