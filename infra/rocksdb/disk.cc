#include "infra/rocksdb/disk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace ledgate::infra {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

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
