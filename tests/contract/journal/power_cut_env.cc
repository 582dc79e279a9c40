#include "tests/contract/journal/power_cut_env.h"

#include <rocksdb/file_system.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace ledgate::testing {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

struct Written {
  std::uint64_t size = 0;
  std::uint64_t synced = 0;
  bool named = false;  // its directory was synced, or it was there before
};

}  // namespace

class PowerCutEnv::Disk final : public rocksdb::FileSystemWrapper {
 public:
  Disk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  [[nodiscard]] const char* Name() const override { return "PowerCut"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) override;
  IOStatus NewDirectory(const std::string& name, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) override;
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override;
  IOStatus DeleteFile(const std::string& name, const IOOptions& options, IODebugContext* debug) override;
  IOStatus ReopenWritableFile(const std::string&, const FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>*,
                              IODebugContext*) override {
    return IOStatus::NotSupported("not tracked");
  }
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("not tracked");
  }

  IOStatus may_write() const {
    if (dark) return IOStatus::IOError("the power is cut");
    if (full) return IOStatus::NoSpace("No space left on device");
    return IOStatus::OK();
  }
  IOStatus may_sync() {
    if (!dark && syncs_left.fetch_sub(1) == 0) dark = true;
    return may_write();
  }
  void grown(const std::string& name, std::uint64_t size) {
    const std::lock_guard lock(mutex);
    files[name].size = size;
  }
  void synced(const std::string& name, std::uint64_t size) {
    const std::lock_guard lock(mutex);
    if (!dark) files[name].synced = size;
  }
  void named(const std::string& directory) {
    const std::lock_guard lock(mutex);
    if (dark) return;
    for (auto& [name, file] : files) {
      if (std::filesystem::path(name).parent_path() == std::filesystem::path(directory)) file.named = true;
    }
  }

  std::atomic<bool> dark{false};
  std::atomic<bool> full{false};
  std::atomic<std::int64_t> syncs_left{std::int64_t{1} << 60};
  std::mutex mutex;
  std::map<std::string, Written> files;  // guarded by mutex
};

namespace {

template <class Disk>
class File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile> file, std::string name, Disk& disk)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(std::move(name)), disk_(disk) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = disk_.may_write();
    if (status.ok()) status = target()->Append(data, options, debug);
    if (status.ok()) disk_.grown(name_, size_ += data.size());
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = disk_.may_sync();
    if (status.ok()) status = target()->Sync(options, debug);
    if (status.ok()) disk_.synced(name_, size_);
    return disk_.dark ? IOStatus::IOError("the power is cut") : status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }

 private:
  const std::string name_;
  Disk& disk_;
  std::uint64_t size_ = 0;
};

template <class Disk>
class Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(std::unique_ptr<rocksdb::FSDirectory>&& directory, std::string name, Disk& disk)
      : FSDirectoryWrapper(std::move(directory)), name_(std::move(name)), disk_(disk) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return counted(FSDirectoryWrapper::Fsync(options, debug));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& how) override {
    return counted(FSDirectoryWrapper::FsyncWithDirOptions(options, debug, how));
  }

 private:
  IOStatus counted(const IOStatus& done) {
    const IOStatus status = disk_.may_sync();
    if (!status.ok()) return status;
    if (done.ok()) disk_.named(name_);
    return done;
  }
  const std::string name_;
  Disk& disk_;
};

}  // namespace

IOStatus PowerCutEnv::Disk::NewWritableFile(const std::string& name, const FileOptions& options,
                                            std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* debug) {
  IOStatus status = may_write();
  std::unique_ptr<rocksdb::FSWritableFile> file;
  if (status.ok()) status = target()->NewWritableFile(name, options, &file, debug);
  if (!status.ok()) return status;
  {
    const std::lock_guard lock(mutex);
    files[name] = {};
  }
  *result = std::make_unique<File<Disk>>(std::move(file), name, *this);
  return status;
}

IOStatus PowerCutEnv::Disk::NewDirectory(const std::string& name, const IOOptions& options,
                                         std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  const IOStatus status = target()->NewDirectory(name, options, &directory, debug);
  if (status.ok()) *result = std::make_unique<Directory<Disk>>(std::move(directory), name, *this);
  return status;
}

IOStatus PowerCutEnv::Disk::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                                       IODebugContext* debug) {
  IOStatus status = may_write();
  if (status.ok()) status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  named(std::filesystem::path(to).parent_path());
  const std::lock_guard lock(mutex);
  const auto file = files.find(from);
  if (file != files.end()) {
    files[to] = {file->second.size, file->second.synced, true};
    files.erase(from);
  }
  return status;
}

IOStatus PowerCutEnv::Disk::DeleteFile(const std::string& name, const IOOptions& options, IODebugContext* debug) {
  if (dark) return IOStatus::IOError("the power is cut");
  const IOStatus status = target()->DeleteFile(name, options, debug);
  if (!status.ok()) return status;
  named(std::filesystem::path(name).parent_path());
  const std::lock_guard lock(mutex);
  files.erase(name);
  return status;
}

PowerCutEnv::PowerCutEnv() : disk_(std::make_shared<Disk>()), env_(rocksdb::NewCompositeEnv(disk_)) {}
PowerCutEnv::~PowerCutEnv() = default;

void PowerCutEnv::cut() {
  const std::lock_guard lock(disk_->mutex);
  disk_->dark = true;
}

void PowerCutEnv::cut_after_syncs(std::int64_t syncs) { disk_->syncs_left = syncs; }

void PowerCutEnv::fill_disk() { disk_->full = true; }

void PowerCutEnv::settle(std::mt19937_64& random) {
  const std::lock_guard lock(disk_->mutex);
  for (const auto& [name, file] : disk_->files) {
    if (!std::filesystem::exists(name)) continue;
    if (!file.named) {
      std::filesystem::remove(name);
      continue;
    }
    std::uniform_int_distribution<std::uint64_t> part(file.synced, std::max(file.synced, file.size));
    std::filesystem::resize_file(name, part(random));
  }
  disk_->files.clear();
  disk_->dark = false;
  disk_->full = false;
  disk_->syncs_left = std::int64_t{1} << 60;
}

}  // namespace ledgate::testing
