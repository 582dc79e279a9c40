#include "infra/rocksdb/journal_files.h"

#include "infra/rocksdb/disk.h"

#include <rocksdb/cache.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace ledgate::infra {
namespace {

using rocksdb::Slice;
using Bytes8 = std::array<char, 8>;

constexpr int kOpenFiles = 64;
constexpr std::size_t kMemtableBytes = std::size_t{8} << 20;    // also the size of the files
constexpr std::size_t kBlockCacheBytes = std::size_t{2} << 20;  // for indexes; records are read once, in order
constexpr std::size_t kBlockBytes = std::size_t{32} << 10;
constexpr std::size_t kReadAheadBytes = std::size_t{512} << 10;

Bytes8 big_endian(std::uint64_t number) {
  static_assert(std::endian::native == std::endian::little);
  return std::bit_cast<Bytes8>(__builtin_bswap64(number));
}

std::uint64_t from_big_endian(const char* bytes) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return __builtin_bswap64(number);
}

std::optional<Position> position_of(const Slice& key) {
  if (key.size() != sizeof(std::uint64_t)) return std::nullopt;
  return Position{from_big_endian(key.data())};
}

LogTime time_of(const Slice& row) { return {static_cast<std::int64_t>(from_big_endian(row.data()))}; }

rocksdb::Options journal_options(rocksdb::Env* env) {
  rocksdb::Options options(quiet_options(kOpenFiles), rocksdb::ColumnFamilyOptions());
  if (env != nullptr) options.env = env;
  // The default drops what follows a bad record; here only a last write that was never finished may be missing.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.write_buffer_size = kMemtableBytes;
  options.compression = rocksdb::kLZ4Compression;
  // One level below the newest files, its files side by side: nothing is ever written a third time.
  options.num_levels = 2;
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  blocks.cache_index_and_filter_blocks = true;
  blocks.block_size = kBlockBytes;
  blocks.checksum = rocksdb::kXXH3;
  blocks.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  return options;
}

bool holds_a_database(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path + "/CURRENT", error);
}

// RocksDB would make a new database where it does not find its own, and delete the records' files as strangers.
Status check_new(const std::string& path) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::filesystem::path extension = entry.path().extension();
    if (extension == ".sst" || extension == ".log") {
      return fail(ErrorCode::kJournalCorrupt, path + "/CURRENT is missing from the journal");
    }
  }
  return {};
}

// Files whose keys follow one another, from 0 on, have no gap between them; inside a file each block is protected by
// its checksum.
Status check_chain(const std::string& path, std::vector<rocksdb::LiveFileMetaData>& files) {
  std::sort(files.begin(), files.end(),
            [](const auto& one, const auto& other) { return one.smallestkey < other.smallestkey; });
  std::uint64_t expected = 0;
  for (const rocksdb::LiveFileMetaData& file : files) {
    const std::optional<Position> first = position_of(file.smallestkey);
    const std::optional<Position> last = position_of(file.largestkey);
    if (!first || !last || value(*first) != expected || *last < *first) {
      return fail(ErrorCode::kJournalCorrupt,
                  path + " is damaged: record " + std::to_string(expected) + " is missing before " + file.name);
    }
    expected = value(*last) + 1;
  }
  return {};
}

rocksdb::ReadOptions scan_options(bool in_order) {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  if (in_order) options.readahead_size = kReadAheadBytes;
  return options;
}

}  // namespace

JournalFiles::JournalFiles(std::string path, std::unique_ptr<rocksdb::DB> database, std::unique_ptr<EndMark> mark)
    : path_(std::move(path)), database_(std::move(database)), mark_(std::move(mark)) {}

// The mark is synced here: after a clean stop it is exact, whatever happens to the power then.
JournalFiles::~JournalFiles() { static_cast<void>(mark_->sync()); }

Result<std::unique_ptr<JournalFiles>> JournalFiles::open(const std::string& path, std::uint64_t verify_bytes,
                                                         rocksdb::Env* env) {
  TRY_STATUS(prepare_directory(path));
  const bool create = !holds_a_database(path);
  if (create) TRY_STATUS(check_new(path));
  TRY_STATUS(probe_space(path));
  // Made before RocksDB's files, so that a directory that has those and no mark has lost it.
  std::unique_ptr<EndMark> mark = TRY(EndMark::open(path, create));
  rocksdb::Options options = journal_options(env);
  options.create_if_missing = create;
  rocksdb::DB* database = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, path, &database);
  if (!status.ok()) return fail(disk_error(path, status, ErrorCode::kJournalCorrupt));
  std::unique_ptr<JournalFiles> files(new JournalFiles(path, std::unique_ptr<rocksdb::DB>(database), std::move(mark)));
  TRY_STATUS(files->check_files(verify_bytes, env));
  TRY_STATUS(files->find_end());
  return files;
}

// Opening wrote the log's records into files, so the files are all there is.
Status JournalFiles::check_files(std::uint64_t verify_bytes, rocksdb::Env* env) {
  std::vector<rocksdb::LiveFileMetaData> files;
  database_->GetLiveFilesMetaData(&files);
  TRY_STATUS(check_chain(path_, files));
  std::uint64_t checked = 0;
  for (auto file = files.rbegin(); file != files.rend() && checked < verify_bytes; ++file) {
    rocksdb::SstFileReader reader(journal_options(env));
    rocksdb::Status status = reader.Open(file->db_path + file->name);
    if (status.ok()) status = reader.VerifyChecksum();
    if (!status.ok()) return fail(disk_error(path_, status, ErrorCode::kJournalCorrupt));
    checked += file->size;
  }
  return {};
}

Status JournalFiles::find_end() {
  const std::unique_ptr<rocksdb::Iterator> last(database_->NewIterator(scan_options(false)));
  last->SeekToLast();
  if (!last->status().ok()) return fail(disk_error(path_, last->status(), ErrorCode::kJournalCorrupt));
  if (last->Valid()) {
    const std::optional<Position> position = position_of(last->key());
    if (!position || last->value().size() < sizeof(std::uint64_t)) {
      return fail(ErrorCode::kJournalCorrupt, path_ + " is damaged: its last record cannot be read");
    }
    end_ = next(*position);
    last_time_ = time_of(last->value());
  }
  if (end_ < mark_->stored()) {
    return fail(ErrorCode::kJournalTruncated, path_ + " holds " + std::to_string(value(end_)) + " records, but " +
                                                  std::to_string(value(mark_->stored())) + " were acknowledged");
  }
  if (!mark_->store(end_))
    return fail(ErrorCode::kStorageFailed, path_ + " cannot be written: " + std::strerror(errno));
  return {};
}

Status JournalFiles::append(std::span<const JournalRecord> records) {
  rocksdb::WriteBatch batch;
  for (const JournalRecord& record : records) {
    const Bytes8 key = big_endian(value(record.position));
    const Bytes8 time = big_endian(static_cast<std::uint64_t>(record.appended.ms));
    const Slice key_part(key.data(), key.size());
    const std::array<Slice, 2> row{Slice(time.data(), time.size()), Slice(record.bytes)};
    const rocksdb::Status status =
        batch.Put(rocksdb::SliceParts(&key_part, 1), rocksdb::SliceParts(row.data(), row.size()));
    if (!status.ok()) return fail(disk_error(path_, status, ErrorCode::kStorageFailed));
  }
  rocksdb::WriteOptions how;
  how.sync = true;
  const rocksdb::Status status = database_->Write(how, &batch);
  if (!status.ok()) return fail(disk_error(path_, status, ErrorCode::kStorageFailed));
  if (!mark_->store(next(records.back().position))) {
    return fail(ErrorCode::kStorageFailed, path_ + " cannot be written: " + std::strerror(errno));
  }
  return {};
}

Result<std::vector<JournalRecord>> JournalFiles::read(Place& place, Position from, Position end,
                                                      std::size_t max_records, std::size_t max_bytes) {
  if (!place.cursor_ || !place.cursor_->Valid() || place.at_ != from) {
    place.cursor_.reset(database_->NewIterator(scan_options(true)));
    const Bytes8 key = big_endian(value(from));
    place.cursor_->Seek(Slice(key.data(), key.size()));
    place.at_ = from;
  }
  std::vector<JournalRecord> records;
  std::size_t bytes = 0;
  for (; records.size() < max_records && place.cursor_->Valid() && place.at_ < end; place.cursor_->Next()) {
    const Slice row = place.cursor_->value();
    if (position_of(place.cursor_->key()) != place.at_ || row.size() < sizeof(std::uint64_t)) {
      return fail(ErrorCode::kJournalCorrupt, path_ + " is damaged at record " + std::to_string(value(place.at_)));
    }
    const std::size_t size = row.size() - sizeof(std::uint64_t);
    if (!records.empty() && bytes + size > max_bytes) break;
    bytes += size;
    records.push_back({place.at_, time_of(row), std::string(row.data() + sizeof(std::uint64_t), size)});
    place.at_ = next(place.at_);
  }
  if (!place.cursor_->status().ok())
    return fail(disk_error(path_, place.cursor_->status(), ErrorCode::kJournalCorrupt));
  if (records.empty() && max_records > 0) {
    return fail(ErrorCode::kJournalCorrupt,
                path_ + " is damaged: record " + std::to_string(value(from)) + " is missing");
  }
  return records;
}

Status JournalFiles::verify() {
  const rocksdb::Status status = database_->VerifyChecksum();
  if (!status.ok()) return fail(disk_error(path_, status, ErrorCode::kJournalCorrupt));
  return {};
}

}  // namespace ledgate::infra
