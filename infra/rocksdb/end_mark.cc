#include "infra/rocksdb/end_mark.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

namespace ledgate::infra {
namespace {

constexpr std::string_view kName = "/end";
constexpr std::string_view kTitle = "ledgate journal, records: ";
constexpr std::size_t kDigits = 20;
constexpr std::size_t kBytes = kTitle.size() + kDigits + 1;
using Text = std::array<char, kBytes + 1>;

Text format(Position end) {
  Text text{};
  std::snprintf(text.data(), text.size(), "%s%0*" PRIu64 "\n", kTitle.data(), static_cast<int>(kDigits), value(end));
  return text;
}

std::optional<Position> parse(std::string_view text) {
  if (text.size() != kBytes || text.substr(0, kTitle.size()) != kTitle || text.back() != '\n') return std::nullopt;
  const std::string_view digits = text.substr(kTitle.size(), kDigits);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return Position{number};
}

bool write_at_start(int file, Position end) {
  const Text text = format(end);
  return ::pwrite(file, text.data(), kBytes, 0) == static_cast<ssize_t>(kBytes);
}

// Under another name first: a mark that is there is whole. Never in place of one that is there: its owner may be
// another process.
bool make(const std::string& directory, const std::string& path) {
  const std::string draft = path + ".new";
  const int file = ::open(draft.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return false;
  const bool written = write_at_start(file, Position{0}) && ::fsync(file) == 0;
  ::close(file);
  if (!written || (::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST)) return false;
  ::unlink(draft.c_str());
  const int folder = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  const bool synced = ::fsync(folder) == 0;
  ::close(folder);
  return synced;
}

}  // namespace

Result<std::unique_ptr<EndMark>> EndMark::open(const std::string& directory, bool create) {
  const std::string path = directory + std::string(kName);
  if (create && ::access(path.c_str(), F_OK) != 0 && !make(directory, path)) {
    return fail(ErrorCode::kStorageFailed, path + " cannot be made: " + std::strerror(errno));
  }
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return fail(ErrorCode::kJournalCorrupt, path + " is missing from the journal");
    return fail(ErrorCode::kStorageFailed, path + " cannot be opened: " + std::strerror(errno));
  }
  std::array<char, kBytes + 1> text{};
  const ssize_t got = ::pread(file, text.data(), text.size(), 0);
  const std::optional<Position> stored = got < 0 ? std::nullopt : parse({text.data(), static_cast<std::size_t>(got)});
  if (!stored) {
    ::close(file);
    return fail(ErrorCode::kJournalCorrupt, path + " is damaged");
  }
  return std::unique_ptr<EndMark>(new EndMark(file, *stored));
}

EndMark::~EndMark() { ::close(file_); }

bool EndMark::store(Position end) {
  if (!write_at_start(file_, end)) return false;
  stored_ = end;
  return true;
}

bool EndMark::sync() { return ::fdatasync(file_) == 0; }

}  // namespace ledgate::infra
