// What both stores share: their directory, and the sentences for what a disk does to them.
#pragma once

#include "domain/errors/result.h"

#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <string>
#include <string_view>

namespace ledgate::infra {

// Makes the directory, readable by its owner only, and its parents; one that is there keeps its permissions.
// kStorageFailed with one line when it cannot be made or written.
Status prepare_directory(const std::string& path);

// Whether opening RocksDB in the directory can succeed: room for what its logs will be written out as, and a file that
// takes bytes and can be forced to the disk. Asked before, since Debian's RocksDB ends the process by an assertion when
// the disk is full while it opens. kStorageFailed with one line.
Status probe_space(const std::string& path);

// One line for the operator: which directory, what is wrong with it, in words that do not name RocksDB where there are
// better ones.
std::string disk_line(const std::string& path, const rocksdb::Status& status);

// disk_line as an error: `when_corrupt` for damage, kStorageFailed for all else.
Error disk_error(const std::string& path, const rocksdb::Status& status, ErrorCode when_corrupt);

// Options that do not depend on what is stored: small logs, few threads and descriptors, no statistics, no second
// attempt after a write error.
rocksdb::DBOptions quiet_options(int open_files);

}  // namespace ledgate::infra
