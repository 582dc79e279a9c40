// What people and their mail programs see of one-time secrets: digits and letters, made from entropy and read back.
#pragma once

#include "commands/ports/entropy.h"
#include "commands/ports/vault.h"
#include "domain/credential/one_time.h"
#include "domain/value/ids.h"
#include "domain/value/secret.h"

#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

// Six decimal digits; every one of the million is as likely as the next.
Secret<> random_code(Entropy& entropy);
// Ten letters and digits of Base58, all equally likely.
Secret<> random_api_token(Entropy& entropy);

// A reset token: whose it is, and 32 random bytes, in hexadecimal.
struct ResetToken {
  UserId user;
  Secret<> secret;  // 32 bytes
};
ResetToken random_reset_token(Entropy& entropy, const UserId& user);
Secret<> to_text(const ResetToken& token);
std::optional<ResetToken> parse_reset_token(std::string_view text);

// Keyed hashes, the only form in which rows and records have them. A code is bound to its id, a token to its user.
std::string code_hash(const KeyedHash& hashes, const OneTimeId& otp, const Secret<>& code);
std::string reset_token_hash(const KeyedHash& hashes, const ResetToken& token);
Key16 api_token_index(const KeyedHash& hashes, const Secret<>& token);

// Takes as long wherever they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace ledgate
