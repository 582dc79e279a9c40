// The keyring's text form, as keyring.h describes it. Pure: no files.
#pragma once

#include "domain/value/secret.h"
#include "infra/crypto/keyring.h"

#include <optional>
#include <string>
#include <string_view>

namespace ledgate::infra {

struct KeyringText {
  static Secret<std::string> write(const Keyring& keyring);

  // What is wrong with a text, as the end of a sentence; `keyring` is set when nothing is.
  struct Parsed {
    std::optional<Keyring> keyring;
    std::string problem;
  };
  static Parsed parse(std::string_view text);

  static Keyring fresh(std::int64_t now_s);
  // The same with one epoch more.
  static Keyring with_new_epoch(Keyring keyring, std::int64_t now_s);
  static Keyring without_epoch(Keyring keyring, std::uint32_t number);
};

}  // namespace ledgate::infra
