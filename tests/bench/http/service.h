// The service under measurement, as a process of its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ledgate::bench {

// One thread. Stopped, and its directory left, when destroyed.
class Service {
 public:
  // Starts `binary serve` on a free port of 127.0.0.1 with its data below `directory`.
  Service(const std::string& binary, const std::filesystem::path& directory, const std::vector<std::string>& arguments);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // From exec to the ready line.
  [[nodiscard]] std::chrono::duration<double> ready_after() const { return ready_after_; }
  // User and system time of the process so far.
  [[nodiscard]] double cpu_seconds() const;
  // How often its threads were taken off a core so far, of their own will or not.
  [[nodiscard]] double context_switches() const;
  [[nodiscard]] double pss_mib() const;

 private:
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
  std::chrono::duration<double> ready_after_{};
};

// Bytes of all files below a directory.
std::uint64_t bytes_below(const std::filesystem::path& directory);

}  // namespace ledgate::bench
