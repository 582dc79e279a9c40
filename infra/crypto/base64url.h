// base64url without padding (RFC 4648 §5), as JOSE uses it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ledgate::infra {

std::string base64url(std::string_view bytes);

// nullopt for anything that base64url() would not have written: another alphabet, padding, white space, non-zero
// trailing bits. So two different texts never decode to the same bytes.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace ledgate::infra
