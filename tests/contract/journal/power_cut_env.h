// A disk that forgets what was not synced, and that fails on command: what RocksDB writes through it goes to real
// files, and settle() takes away what a machine without power would not have kept. Names follow the order in which they
// were made, as in every journaling file system; renames and removals are kept at once, and with them the names made
// before: the worse case for a log, whose old files must not go before the new ones are whole.
#pragma once

#include <rocksdb/env.h>

#include <cstdint>
#include <memory>
#include <random>

namespace ledgate::testing {

class PowerCutEnv {
 public:
  PowerCutEnv();
  ~PowerCutEnv();

  // Hand it to the journal; it must live longer than that.
  [[nodiscard]] rocksdb::Env* env() const { return env_.get(); }

  // From now on nothing reaches the disk and every write and sync fails. Any thread.
  void cut();
  // The same, by itself, after that many more syncs. Any thread.
  void cut_after_syncs(std::int64_t syncs);
  // From now on writes fail for want of space. Any thread.
  void fill_disk();
  // After the journal is gone: cuts every file to what was synced, plus a random part of what was not, and removes
  // files whose directory was never synced after they were made.
  void settle(std::mt19937_64& random);

 private:
  class Disk;
  std::shared_ptr<Disk> disk_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace ledgate::testing
