// Reading and replacing one small secret file. Knows files, not keyrings.
#pragma once

#include "domain/errors/result.h"
#include "domain/value/secret.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace ledgate::infra {

// kKeyringUnusable with one line for people, naming the file.
tl::unexpected<Error> keyring_error(const std::filesystem::path& path, const std::string& problem);

// The content of a regular file of the effective user or root with mode & 077 == 0.
Result<Secret<std::string>> read_secret_file(const std::filesystem::path& path);

// Held by whoever writes: serialises writers, of other processes too. It locks the directory, since the file itself is
// replaced.
class SecretFileWriter {
 public:
  static Result<SecretFileWriter> lock(const std::filesystem::path& named);
  SecretFileWriter(SecretFileWriter&& other) noexcept;
  SecretFileWriter& operator=(SecretFileWriter&&) = delete;
  ~SecretFileWriter();

  // A new file, mode 0600; an error when there is one.
  Status create(std::string_view content);
  // In place of the present file, whose bytes are then overwritten. A crash leaves the old file or the new one.
  Status replace(std::string_view content);

 private:
  SecretFileWriter(std::filesystem::path path, int directory) : path_(std::move(path)), directory_(directory) {}

  [[nodiscard]] bool write_sibling(std::string_view content) const;

  std::filesystem::path path_;
  std::filesystem::path sibling_;
  int directory_ = -1;
};

}  // namespace ledgate::infra
