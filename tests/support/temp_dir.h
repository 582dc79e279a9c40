#pragma once

#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace ledgate::testing {

// A directory of its own for one test, removed with all that is in it. In memory where there is room: a test that syncs
// a thousand times then takes no longer on a slow disk, and what a kill leaves behind is the same.
class TempDir {
 public:
  TempDir() : path_((parent() / "ledgate-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory: " + path_);
  }
  ~TempDir() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  static std::filesystem::path parent() {
    constexpr std::uintmax_t kRoom = std::uintmax_t{512} << 20;
    const std::filesystem::path memory = "/dev/shm";
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(memory, error);
    return !error && space.available >= kRoom ? memory : std::filesystem::temp_directory_path();
  }

  std::string path_;
};

}  // namespace ledgate::testing
