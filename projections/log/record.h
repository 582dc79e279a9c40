// The bytes of a journal record, and the chain over them. docs/journal-format.md is the description for others.
//
//   offset 0   2  magic "LJ"
//          2  16  MAC over everything that follows
//         18   1  format (1)
//         19   1  kind: 0 genesis, 1 transaction
//         20      payload: Protobuf journal.v1.Genesis or journal.v1.Transaction
#pragma once

#include "domain/value/ids.h"
#include "projections/ports/record_mac.h"

#include <tl/expected.hpp>

#include <array>
#include <string>
#include <string_view>

namespace ledgate {

inline constexpr std::uint8_t kRecordFormat = 1;
inline constexpr std::size_t kRecordHeadBytes = 20;
inline constexpr std::size_t kTransactionBytesMax = 60 * 1024;

enum class RecordKind : std::uint8_t { kGenesis = 0, kTransaction = 1 };

enum class RecordFault : std::uint8_t {
  kForeign,  // no magic, or a MAC that is not ours: refused alike everywhere, with an alarm
  kUnknown,  // ours, but of a format or kind this version does not know: the node stops
};

struct RecordView {
  RecordKind kind{};
  std::string_view payload;  // into the bytes that were opened
};

std::string seal_record(RecordKind kind, std::string_view payload, const RecordMac& mac);
tl::expected<RecordView, RecordFault> open_record(std::string_view bytes, const RecordMac& mac);

// c[n] = BLAKE2b-256(c[n-1] ‖ n (8, big-endian) ‖ bytes); c[-1] is all zero.
using Chain = std::array<std::uint8_t, 32>;
Chain extend_chain(const Chain& previous, Position position, std::string_view bytes);

// BLAKE2b-256 of a record's bytes.
std::string record_hash(std::string_view bytes);

// A record that an operator has declared to count for nothing, on all nodes alike. It enters the chain as
// H(c[n-1] ‖ n ‖ "void" ‖ bytes), so that nodes that do not agree about it are told apart.
struct VoidedRecord {
  Position position{};
  std::string hash;  // hex
};

std::string to_hex(std::string_view bytes);

}  // namespace ledgate
