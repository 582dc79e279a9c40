// Strong identifiers: no two kinds mix, none converts from a raw type by itself.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

// A UUID (RFC 9562). Made as version 7 by `uuid_v7`, read from its textual or 16-byte form.
template <class Tag>
class Id {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  constexpr Id() = default;  // nil
  constexpr explicit Id(const Bytes& bytes) : bytes_(bytes) {}

  static std::optional<Id> parse(std::string_view text);      // 8-4-4-4-12, either case
  static std::optional<Id> from_bytes(std::string_view raw);  // exactly 16 bytes

  [[nodiscard]] std::string to_string() const;  // lower case
  [[nodiscard]] std::string_view raw() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }
  [[nodiscard]] bool is_nil() const { return bytes_ == Bytes{}; }
  // The milliseconds since the epoch that a version 7 id begins with.
  [[nodiscard]] std::int64_t unix_ms() const;

  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  Bytes bytes_{};
};

using UserId = Id<struct UserTag>;
using SessionId = Id<struct SessionTag>;
using TransactionId = Id<struct TransactionTag>;
using SubjectId = Id<struct SubjectTag>;  // of a data subject: a user, or the visitors of one day
using JournalId = Id<struct JournalTag>;
using OneTimeId = Id<struct OneTimeTag>;  // of a code or a password reset
using MailId = Id<struct MailTag>;

// Version 7 layout from a time and ten random bytes.
std::array<std::uint8_t, 16> uuid_v7_bytes(std::int64_t unix_ms, const std::array<std::uint8_t, 10>& random);
template <class IdType>
IdType uuid_v7(std::int64_t unix_ms, const std::array<std::uint8_t, 10>& random) {
  return IdType(uuid_v7_bytes(unix_ms, random));
}

// A transaction's index in the journal. 0 is the genesis, so as the position of a write it means "never".
enum class Position : std::uint64_t {};
constexpr std::uint64_t value(Position position) { return static_cast<std::uint64_t>(position); }
constexpr Position next(Position position) { return Position{value(position) + 1}; }

// The integer that three dialects call a user's id; given out in order of accepted registration, from 1.
enum class UserNumber : std::uint64_t {};
constexpr std::uint64_t value(UserNumber number) { return static_cast<std::uint64_t>(number); }

// Time by the journal's own clock: max(previous, the record's append time). Milliseconds since the epoch.
struct LogTime {
  std::int64_t ms = 0;
  friend auto operator<=>(const LogTime&, const LogTime&) = default;
};

// 16 bytes of keyed hash: a conflict key, a blind index, a rate bucket.
struct Key16 {
  std::array<std::uint8_t, 16> bytes{};
  static std::optional<Key16> from_bytes(std::string_view raw);
  [[nodiscard]] std::string_view raw() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  friend auto operator<=>(const Key16&, const Key16&) = default;
};

}  // namespace ledgate

template <class Tag>
struct std::hash<ledgate::Id<Tag>> {
  std::size_t operator()(const ledgate::Id<Tag>& id) const noexcept { return std::hash<std::string_view>{}(id.raw()); }
};
template <>
struct std::hash<ledgate::Key16> {
  std::size_t operator()(const ledgate::Key16& key) const noexcept { return std::hash<std::string_view>{}(key.raw()); }
};
