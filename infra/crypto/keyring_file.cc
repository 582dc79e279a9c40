#include "infra/crypto/keyring_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

namespace ledgate::infra {
namespace {

constexpr std::size_t kFileMax = 65536;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool good() const { return number_ >= 0; }

 private:
  int number_;
};

std::string reason(int error) { return std::generic_category().message(error); }

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// nullopt: a read error, or more than kFileMax bytes.
std::optional<Secret<std::string>> read_all(int descriptor) {
  std::string content(kFileMax + 1, '\0');
  std::size_t size = 0;
  ssize_t got = 0;
  do {
    got = ::read(descriptor, content.data() + size, content.size() - size);
    if (got > 0) size += static_cast<std::size_t>(got);
  } while (got > 0 || (got < 0 && errno == EINTR));
  content.resize(std::min(size, kFileMax));
  Secret<std::string> secret(std::move(content));
  if (got < 0 || size > kFileMax) return std::nullopt;
  return secret;
}

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// Best effort: a journalling or copy-on-write file system, or a backup, may still have the bytes. The documentation
// says so.
void overwrite(int descriptor) {
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0 || facts.st_nlink != 0 || ::lseek(descriptor, 0, SEEK_SET) != 0) return;
  if (write_all(descriptor, std::string(static_cast<std::size_t>(facts.st_size), '\0'))) ::fsync(descriptor);
}

}  // namespace

tl::unexpected<Error> keyring_error(const std::filesystem::path& path, const std::string& problem) {
  return fail(ErrorCode::kKeyringUnusable, "keyring " + path.string() + " " + problem);
}

Result<Secret<std::string>> read_secret_file(const std::filesystem::path& path) {
  // Not blocking, so that a FIFO in the file's place cannot hang the start.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.good() && errno == ENOENT) {
    return keyring_error(path,
                         "does not exist; make one with `ledgate keyring init`, or copy the other nodes' file here");
  }
  if (!file.good()) return keyring_error(path, "cannot be opened: " + reason(errno));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return keyring_error(path, "cannot be examined: " + reason(errno));
  if (!S_ISREG(facts.st_mode)) return keyring_error(path, "is not a regular file");
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0) {
    return keyring_error(
        path, "belongs to another user (uid " + std::to_string(facts.st_uid) + "); chown it to the service's user");
  }
  // A Kubernetes Secret with fsGroup is root's and readable by the service's group; nobody but root can change it.
  const mode_t forbidden = facts.st_uid == 0 ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;
  if ((facts.st_mode & forbidden) != 0)
    return keyring_error(path, "can be read or written by others; run chmod 600 on it");
  auto content = read_all(file.get());
  if (!content) return keyring_error(path, "cannot be read, or is far too long for a keyring");
  return std::move(*content);
}

Result<SecretFileWriter> SecretFileWriter::lock(const std::filesystem::path& named) {
  // A symbolic link is followed, so that the file it points to is replaced and not the link.
  std::error_code unresolved;
  const std::filesystem::path resolved = std::filesystem::weakly_canonical(named, unresolved);
  const std::filesystem::path& path = unresolved ? named : resolved;
  const int directory = ::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return keyring_error(path, "cannot be written, its directory cannot be opened: " + reason(errno));
  SecretFileWriter writer(path, directory);
  writer.sibling_ = path;
  writer.sibling_ += ".new";
  while (::flock(directory, LOCK_EX) != 0) {
    if (errno != EINTR)
      return keyring_error(path, "cannot be written, its directory cannot be locked: " + reason(errno));
  }
  return writer;
}

SecretFileWriter::SecretFileWriter(SecretFileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      sibling_(std::move(other.sibling_)),
      directory_(std::exchange(other.directory_, -1)) {}

SecretFileWriter::~SecretFileWriter() {
  if (directory_ >= 0) ::close(directory_);  // and so unlocks
}

bool SecretFileWriter::write_sibling(std::string_view content) const {
  ::unlink(sibling_.c_str());  // what a crashed writer left: the lock says that nobody is at it now
  const Descriptor file(::open(sibling_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  return file.good() && ::fchmod(file.get(), 0600) == 0 && write_all(file.get(), content) && ::fsync(file.get()) == 0;
}

Status SecretFileWriter::create(std::string_view content) {
  if (!write_sibling(content)) return keyring_error(path_, "cannot be written: " + reason(errno));
  // A link, unlike a rename, fails when there is a file of that name already.
  const int linked = ::link(sibling_.c_str(), path_.c_str());
  const int error = errno;
  ::unlink(sibling_.c_str());
  if (linked != 0 && error == EEXIST) return keyring_error(path_, "exists already and is never overwritten");
  if (linked != 0) return keyring_error(path_, "cannot be written: " + reason(error));
  if (::fsync(directory_) != 0) return keyring_error(path_, "may not outlive a power cut: " + reason(errno));
  return {};
}

Status SecretFileWriter::replace(std::string_view content) {
  const Descriptor old(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  if (!write_sibling(content) || ::rename(sibling_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    ::unlink(sibling_.c_str());
    return keyring_error(path_, "cannot be replaced: " + reason(error));
  }
  if (::fsync(directory_) != 0) return keyring_error(path_, "may not outlive a power cut: " + reason(errno));
  // Only now: until the directory is synced, a power cut may bring the old file back, and it must be whole then.
  if (old.good()) overwrite(old.get());
  return {};
}

}  // namespace ledgate::infra
