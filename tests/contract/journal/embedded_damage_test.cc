// A damaged journal is refused, or it still has every record: never is it opened with less than was acknowledged.
#include "infra/rocksdb/embedded_journal.h"
#include "tests/contract/journal/journal_contract.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

namespace ledgate::testing {
namespace {

using infra::EmbeddedJournal;
using infra::EmbeddedJournalOptions;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr std::uint64_t kRecords = 200;

std::string text_of(std::uint64_t number) { return std::to_string(number) + std::string(300, 'x'); }

void flip(const std::string& file, std::size_t offset) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekg(static_cast<std::streamoff>(offset));
  const char byte = static_cast<char>(stream.get() ^ 0x40);
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.put(byte);
}

class EmbeddedJournalDamage : public ::testing::Test {
 protected:
  EmbeddedJournalDamage() { append(kRecords); }

  void append(std::uint64_t records) {
    auto journal = EmbeddedJournal::open(sound_.path(), clock_);
    ASSERT_TRUE(journal.has_value()) << journal.error().message;
    for (std::uint64_t i = 0; i < records; ++i) {
      const std::uint64_t number = appended_++;
      std::promise<AppendReport> report;
      (*journal)->append(text_of(number), [&](AppendReport outcome) { report.set_value(outcome); });
      ASSERT_EQ(report.get_future().get().position, Position{number});
    }
  }

  // Files of the sound journal with this ending, in the order they were made.
  std::vector<std::string> files(const std::string& extension) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(sound_.path())) {
      if (entry.path().extension() == extension) names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // A copy of the sound journal, damaged; then opened. The error, or none when it opened and had every record.
  std::optional<Error> damaged(const std::function<void(const std::string& path)>& damage,
                               EmbeddedJournalOptions options = {}) {
    const TempDir copy;
    fs::copy(sound_.path(), copy.path(), fs::copy_options::recursive);
    damage(copy.path() + "/");
    auto journal = EmbeddedJournal::open(copy.path(), clock_, std::move(options));
    if (!journal) return journal.error();
    return read_all(**journal);
  }

  std::optional<Error> read_all(EmbeddedJournal& journal) {
    EXPECT_EQ(journal.end(), Position{appended_}) << "opened with less than was acknowledged";
    for (std::uint64_t number = 0; number < appended_;) {
      const auto records = journal.read(Position{number}, 1000, kNoLimit, kAtOnce);
      if (!records) return records.error();
      for (const JournalRecord& record : *records) EXPECT_EQ(record.bytes, text_of(number++));
    }
    return std::nullopt;
  }

  static ErrorCode code(const std::optional<Error>& error) { return error ? error->code : ErrorCode{}; }

  ManualClock clock_;
  TempDir sound_;
  std::uint64_t appended_ = 0;
};

TEST_F(EmbeddedJournalDamage, NoneIsNone) {
  EXPECT_EQ(damaged([](const std::string&) {}), std::nullopt);
}

TEST_F(EmbeddedJournalDamage, FlippedByteInTheLogIsRefused) {
  ASSERT_EQ(files(".log").size(), 1U);
  const std::string log = files(".log").front();
  const std::size_t size = fs::file_size(sound_.file(log));
  for (std::size_t offset = 0; offset < size; offset += 211) {
    const auto error = damaged([&](const std::string& path) { flip(path + log, offset); });
    ASSERT_TRUE(error.has_value()) << "offset " << offset;
    EXPECT_THAT(error->code, AnyOf(ErrorCode::kJournalCorrupt, ErrorCode::kJournalTruncated)) << error->message;
  }
  // Each byte of a record's head, its length among them: a wrong one looks like a write that was never finished.
  for (std::size_t offset = 0; offset < 64; ++offset) {
    const auto error = damaged([&](const std::string& path) { flip(path + log, size / 2 + offset); });
    ASSERT_TRUE(error.has_value()) << "offset " << offset;
  }
}

TEST_F(EmbeddedJournalDamage, LogCutOffIsRefused) {
  const std::string log = files(".log").front();
  const std::size_t size = fs::file_size(sound_.file(log));
  for (std::size_t left : {std::size_t{0}, size / 3, size - 1, size - text_of(0).size() - 20}) {
    const auto error = damaged([&](const std::string& path) { fs::resize_file(path + log, left); });
    EXPECT_EQ(code(error), ErrorCode::kJournalTruncated) << left;
  }
}

TEST_F(EmbeddedJournalDamage, MissingLogIsRefused) {
  const auto error = damaged([&](const std::string& path) { fs::remove(path + files(".log").front()); });
  EXPECT_THAT(code(error), AnyOf(ErrorCode::kJournalCorrupt, ErrorCode::kJournalTruncated));
}

TEST_F(EmbeddedJournalDamage, FlippedByteInAFileIsRefusedAtStart) {
  append(1);  // opening has turned the log into a file
  const std::string file = files(".sst").front();
  const std::size_t size = fs::file_size(sound_.file(file));
  for (std::size_t offset = 0; offset < size; offset += 97) {
    const auto error = damaged([&](const std::string& path) { flip(path + file, offset); });
    if (!error) continue;  // a byte that means nothing: every record was read and compared
    EXPECT_EQ(error->code, ErrorCode::kJournalCorrupt) << "offset " << offset << ": " << error->message;
    EXPECT_THAT(error->message, HasSubstr("damaged"));
  }
  for (std::size_t offset = 0; offset < size / 2; offset += 97) {
    EXPECT_TRUE(damaged([&](const std::string& path) { flip(path + file, offset); }).has_value()) << offset;
  }
}

TEST_F(EmbeddedJournalDamage, FlippedByteInAFileIsFoundByReadingAndByVerify) {
  append(1);
  const std::string file = files(".sst").front();
  flip(sound_.file(file), 100);
  EmbeddedJournalOptions unchecked;
  unchecked.verify_bytes = 0;
  const auto journal = EmbeddedJournal::open(sound_.path(), clock_, unchecked);
  ASSERT_TRUE(journal.has_value());
  EXPECT_EQ((*journal)->read(Position{0}, 10, kNoLimit, kAtOnce).error().code, ErrorCode::kJournalCorrupt);
  EXPECT_EQ((*journal)->verify().error().code, ErrorCode::kJournalCorrupt);
}

TEST_F(EmbeddedJournalDamage, MissingFileIsRefused) {
  for (int i = 0; i < 6; ++i) append(3);
  for (const std::string& file : files(".sst")) {
    const auto error = damaged([&](const std::string& path) { fs::remove(path + file); });
    EXPECT_EQ(code(error), ErrorCode::kJournalCorrupt);
  }
}

TEST_F(EmbeddedJournalDamage, MissingRootIsRefusedAndNothingIsDeleted) {
  append(1);
  const auto before = files(".sst");
  fs::remove(sound_.file("CURRENT"));
  const auto journal = EmbeddedJournal::open(sound_.path(), clock_);
  ASSERT_FALSE(journal.has_value());
  EXPECT_EQ(journal.error().code, ErrorCode::kJournalCorrupt);
  EXPECT_EQ(files(".sst"), before);
}

TEST_F(EmbeddedJournalDamage, MissingOrDamagedManifestIsRefused) {
  std::string manifest;
  for (const auto& entry : fs::directory_iterator(sound_.path())) {
    if (entry.path().filename().string().starts_with("MANIFEST-")) manifest = entry.path().filename();
  }
  EXPECT_TRUE(damaged([&](const std::string& path) { fs::remove(path + manifest); }).has_value());
  EXPECT_TRUE(damaged([&](const std::string& path) { fs::resize_file(path + manifest, 10); }).has_value());
}

TEST_F(EmbeddedJournalDamage, MissingOrDamagedEndMarkIsRefused) {
  EXPECT_EQ(code(damaged([](const std::string& path) { fs::remove(path + "end"); })), ErrorCode::kJournalCorrupt);
  EXPECT_EQ(code(damaged([](const std::string& path) { flip(path + "end", 40); })), ErrorCode::kJournalCorrupt);
  EXPECT_EQ(code(damaged([](const std::string& path) { fs::resize_file(path + "end", 0); })),
            ErrorCode::kJournalCorrupt);
}

// A copy from before, with the mark of today: the mark knows that it is too short.
TEST_F(EmbeddedJournalDamage, OlderFilesAreRefused) {
  const TempDir older;
  fs::copy(sound_.path(), older.path(), fs::copy_options::recursive);
  append(10);
  fs::copy_file(sound_.file("end"), older.file("end"), fs::copy_options::overwrite_existing);
  const auto journal = EmbeddedJournal::open(older.path(), clock_);
  ASSERT_FALSE(journal.has_value());
  EXPECT_EQ(journal.error().code, ErrorCode::kJournalTruncated);
  EXPECT_THAT(journal.error().message, HasSubstr("holds 200 records, but 210 were acknowledged"));
}

}  // namespace
}  // namespace ledgate::testing
