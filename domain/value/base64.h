// base64 (RFC 4648): §5's alphabet without padding for JOSE and cursors, §4's without padding for the text form of
// password hashes, and with it for HTTP's Basic and mail.
//
// The decoders take exactly what the encoders write: no other alphabet or padding, no white space or non-zero trailing
// bits. So two different texts never decode to the same bytes, and a token has one spelling. libsodium 1.0.18 cannot
// promise that: it reads every byte above 0x7f as the last letter of the alphabet.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

std::string base64url(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

std::string base64(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

std::string base64_padded(std::string_view bytes);
std::optional<std::string> base64_padded_decode(std::string_view text);

}  // namespace ledgate
