// What commands are given to work with. Made once by infra/app; everything outlives the commands.
#pragma once

#include "commands/ports/clock.h"
#include "commands/ports/entropy.h"
#include "commands/ports/hasher.h"
#include "commands/ports/jose.h"
#include "commands/ports/journal_writer.h"
#include "commands/ports/text_folder.h"
#include "commands/ports/vault.h"
#include "projections/log/awaiter.h"
#include "projections/log/feature_use.h"
#include "projections/ports/kv.h"
#include "projections/ports/record_mac.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace ledgate {

class SubjectKeys;

struct Services {
  KvStore& store;
  JournalWriter& journal;
  Awaiter& awaiter;
  const RecordMac& mac;
  Vault& vault;
  const KeyedHash& hashes;
  SubjectKeys& subject_keys;
  Hasher& hasher;
  const TextFolder& folder;
  Jose& jose;
  const Clock& clock;
  Entropy& entropy;
  std::string node;
  std::chrono::milliseconds command_deadline{8000};
  std::chrono::milliseconds refresh_grace{10000};
  std::uint32_t announced_level = known_feature_level();  // at most the level that the program knows
  bool emails_enabled = false;  // off: what would be mailed is given up at once, in the same transaction

  // What a writer holds to be now, microseconds since 1970: the later of this node's clock and log time, so that a
  // clock that was set back brings nothing that has expired to life again.
  [[nodiscard]] std::int64_t now_us() const { return std::max(clock.wall_us(), awaiter.log_time().ms * 1000); }
  [[nodiscard]] std::int64_t now_ms() const { return now_us() / 1000; }
  [[nodiscard]] std::int64_t now_s() const { return now_us() / 1'000'000; }
};

}  // namespace ledgate
