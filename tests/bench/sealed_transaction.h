// Transactions as a log-in makes them, for benchmarks that append past the commands.
#pragma once

#include "domain/journal.pb.h"
#include "domain/value/ids.h"
#include "projections/log/record.h"
#include "projections/ports/record_mac.h"

#include <array>
#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <utility>

namespace ledgate::bench {

inline std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Something is born, with its key read and written and client data of the usual size; `say` fills the event, given the
// key. The id, and the record.
inline std::pair<TransactionId, std::string> sealed_transaction(
    std::mt19937_64& random, const RecordMac& mac,
    const std::function<void(journal::v1::Event&, const std::string& key)>& say) {
  std::array<std::uint8_t, 10> bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  const std::int64_t now_ms = wall_ms();
  const auto id = uuid_v7<TransactionId>(now_ms, bytes);
  const std::string key(id.raw());
  journal::v1::Transaction transaction;
  transaction.set_id(key);
  transaction.set_realm("default");
  transaction.set_at_us(now_ms * 1000);
  transaction.set_node("bench");
  transaction.add_reads()->set_key(key);
  auto& write = *transaction.add_writes();
  write.set_key(key);
  write.set_forget_after_ms(now_ms + 3'600'000);
  say(*transaction.add_events(), key);
  auto& client = *transaction.mutable_client();
  client.set_subject(std::string(16, 's'));
  client.set_nonce(std::string(12, 'n'));
  client.set_ciphertext(std::string(120, 'c'));
  return {id, seal_record(RecordKind::kTransaction, transaction.SerializeAsString(), mac)};
}

}  // namespace ledgate::bench
