// base64 without padding (RFC 4648), in the two alphabets: §5 for JOSE, §4 for the text form of password hashes.
//
// The decoders take exactly what the encoders write: no other alphabet, padding, white space or non-zero trailing bits.
// So two different texts never decode to the same bytes, and a token has one spelling. libsodium 1.0.18 cannot promise
// that: it reads every byte above 0x7f as the last letter of the alphabet.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ledgate::infra {

std::string base64url(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

std::string base64(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace ledgate::infra
