// The keyring file (`master_key_file`): the only secret that lives outside the data directory, the same on every node.
//
// It holds a root, which never rotates and from which every keyed hash, record MAC and service key is derived, and the
// epochs of the master key, under which the keys of data subjects are wrapped. Adding an epoch and later retiring the
// old one is what makes erasure final.
//
// The file is text, one item a line, nothing else allowed (no comments, no empty lines, no CR):
//   ledgate-keyring 1
//   root <64 hex digits>
//   epoch <number> <created, seconds since 1970> <64 hex digits>       one line or more, numbers rising
//   check <16 hex digits>                                              BLAKE2b-64 of all lines above: finds a damaged
//   copy, nothing more
// It must be a regular file of the service's user (or root) that nobody else may touch (mode & 077 == 0).
#pragma once

#include "commands/ports/vault.h"
#include "domain/errors/result.h"
#include "domain/value/secret.h"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace ledgate::infra {

class Keyring {
 public:
  struct Epoch {
    std::uint32_t number = 0;  // from 1, rising
    std::int64_t created_s = 0;
    Secret<Key32> key;
  };

  // Every error of these four is kKeyringUnusable with one line that says what is wrong with which file and what to do;
  // never with a key. Writers hold a lock on the directory, write a sibling file, sync it, put it in place atomically
  // and sync the directory: a crash leaves the old file or the new one.

  // Makes a new file with a root and epoch 1, mode 0600. An existing file is never overwritten.
  static Result<Keyring> create(const std::filesystem::path& path);
  static Result<Keyring> load(const std::filesystem::path& path);
  // Adds an epoch, which becomes the present one. Running services see it when they start again.
  static Result<Keyring> rotate(const std::filesystem::path& path);
  // Destroys an epoch for good (the old file's bytes are overwritten, as far as the file system obeys): whatever is
  // still wrapped under it can never be opened again. The present epoch cannot be retired.
  static Result<Keyring> retire(const std::filesystem::path& path, std::uint32_t number);

  [[nodiscard]] const Epoch& present() const { return epochs_.back(); }
  [[nodiscard]] const std::vector<Epoch>& epochs() const { return epochs_; }
  // nullptr: no such epoch (any more).
  [[nodiscard]] const Epoch* find(std::uint32_t number) const;

  // A key for one purpose: keyed BLAKE2b-256 of the label under the root. Labels are permanent; each appears once, in
  // derived_keys.h.
  [[nodiscard]] Secret<Key32> derive(std::string_view label) const;

 private:
  friend struct KeyringText;  // keyring_text.h: the file format
  Keyring() = default;

  Secret<Key32> root_;
  std::vector<Epoch> epochs_;
};

}  // namespace ledgate::infra
