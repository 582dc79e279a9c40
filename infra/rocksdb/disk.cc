#include "infra/rocksdb/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace ledgate::infra {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// What opening writes besides the rows of the logs: a manifest, an options file, a log file, the files' own indexes.
constexpr std::uint64_t kOpeningBytes = std::uint64_t{2} << 20;
constexpr std::size_t kProbeBytes = std::size_t{256} << 10;
constexpr std::string_view kProbeName = "/probe";

std::uint64_t log_bytes(const std::string& path) {
  std::error_code error;
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (entry.path().extension() != ".log") continue;
    const std::uintmax_t size = entry.file_size(error);
    if (!error) bytes += size;
  }
  return bytes;
}

// 0, or why a file of the directory does not take the bytes.
int write_probe(const std::string& file_path) {
  const int file = ::open(file_path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return errno;
  const std::string bytes(kProbeBytes, 'p');
  errno = ENOSPC;  // of a write that is short
  const bool written =
      ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fsync(file) == 0;
  const int why = written ? 0 : errno;
  ::close(file);
  ::unlink(file_path.c_str());
  return why;
}

bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

Status prepare_directory(const std::string& path) {
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::absolute(path, error).lexically_normal();
  if (!std::filesystem::is_directory(directory, error)) {
    if (directory.has_parent_path()) std::filesystem::create_directories(directory.parent_path(), error);
    if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
      return fail(ErrorCode::kStorageFailed, path + " cannot be made: " + std::strerror(errno));
    }
    if (!std::filesystem::is_directory(directory, error)) {
      return fail(ErrorCode::kStorageFailed, path + " is not a directory");
    }
  }
  if (::access(directory.c_str(), R_OK | W_OK | X_OK) != 0) {
    return fail(ErrorCode::kStorageFailed, path + " cannot be written: " + std::strerror(errno));
  }
  return {};
}

Status probe_space(const std::string& path) {
  const auto full = [&] { return fail(ErrorCode::kStorageFailed, "no space left on the disk of " + path); };
  struct statvfs disk {};
  if (::statvfs(path.c_str(), &disk) == 0 &&
      std::uint64_t{disk.f_bavail} * disk.f_frsize < kOpeningBytes + log_bytes(path)) {
    return full();
  }
  const int why = write_probe(path + std::string(kProbeName));
  if (why == ENOSPC || why == EDQUOT) return full();
  if (why != 0) return fail(ErrorCode::kStorageFailed, path + " cannot be written: " + std::strerror(why));
  return {};
}

std::string disk_line(const std::string& path, const rocksdb::Status& status) {
  const std::string text = first_line(status.ToString());
  if (status.IsNoSpace() || says(text, "No space left")) return "no space left on the disk of " + path;
  if (status.IsIOError() && (says(text, "While lock file") || says(text, "lock hold by"))) {
    return path + " is in use by another process";
  }
  if (says(text, "Permission denied") || says(text, "Read-only file system")) {
    return path + " cannot be written: " + text;
  }
  if (status.IsCorruption()) return path + " is damaged: " + text;
  return path + " cannot be used: " + text;
}

Error disk_error(const std::string& path, const rocksdb::Status& status, ErrorCode when_corrupt) {
  return {.code = status.IsCorruption() ? when_corrupt : ErrorCode::kStorageFailed, .message = disk_line(path, status)};
}

rocksdb::DBOptions quiet_options(int open_files) {
  constexpr std::size_t kInfoLogBytes = std::size_t{1} << 20;
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.paranoid_checks = true;
  options.max_bgerror_resume_count = 0;
  options.max_background_jobs = 2;
  options.max_open_files = open_files;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.max_log_file_size = kInfoLogBytes;
  options.keep_log_file_num = 2;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.skip_stats_update_on_db_open = true;
  // One thread writes: what lets several write at once only costs.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  options.enable_pipelined_write = false;
  options.avoid_unnecessary_blocking_io = true;
  return options;
}

}  // namespace ledgate::infra
