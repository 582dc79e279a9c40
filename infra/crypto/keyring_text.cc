#include "infra/crypto/keyring_text.h"

#include "infra/crypto/library.h"

#include <sodium.h>

#include <charconv>

namespace ledgate::infra {
namespace {

constexpr std::string_view kName = "ledgate-keyring ";
constexpr std::string_view kVersion = "1";
constexpr std::size_t kEpochsMax = 256;
constexpr std::size_t kLineMax = 128;

// Appends in place, into room reserved beforehand, so that no copy of a key stays behind in freed memory.
template <std::size_t N>
void append_hex(std::string& out, const std::array<std::uint8_t, N>& bytes) {
  const std::size_t at = out.size();
  out.resize(at + 2 * N + 1);  // room for the NUL
  sodium_bin2hex(out.data() + at, 2 * N + 1, bytes.data(), N);
  out.pop_back();
}

template <std::size_t N>
bool read_hex(std::string_view text, std::array<std::uint8_t, N>& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (text.size() != 2 * N || text.find_first_not_of(kDigits) != std::string_view::npos) return false;
  std::size_t size = 0;
  return sodium_hex2bin(out.data(), N, text.data(), text.size(), nullptr, &size, nullptr) == 0 && size == N;
}

std::optional<Secret<Key32>> read_key(std::string_view text) {
  Key32 bytes{};
  if (!read_hex(text, bytes)) return std::nullopt;
  Secret<Key32> key(bytes);
  wipe(bytes.data(), bytes.size());
  return key;
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 || std::to_string(number) != text)
    return std::nullopt;
  return number;
}

std::array<std::uint8_t, 8> checksum(std::string_view text) {
  // crypto_generichash gives no fewer than 16 bytes; the first 8 are plenty against accidents.
  std::array<std::uint8_t, 16> digest{};
  must(crypto_generichash(digest.data(), digest.size(), bytes_of(text), text.size(), nullptr, 0) == 0, "BLAKE2b");
  std::array<std::uint8_t, 8> check{};
  std::copy_n(digest.begin(), check.size(), check.begin());
  return check;
}

// Takes what stands before `separator` off the front of `text`; nullopt when the separator is missing.
std::optional<std::string_view> take(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + 1);
  return taken;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<Keyring::Epoch> read_epoch(std::string_view line) {
  const auto number = take(line, ' ');
  const auto created = take(line, ' ');
  if (!number || !created) return std::nullopt;
  const auto parsed_number = read_number<std::uint32_t>(*number);
  const auto parsed_created = read_number<std::int64_t>(*created);
  auto key = read_key(line);
  if (!parsed_number || *parsed_number == 0 || !parsed_created || !key) return std::nullopt;
  return Keyring::Epoch{*parsed_number, *parsed_created, std::move(*key)};
}

KeyringText::Parsed wrong(std::string problem) { return {std::nullopt, std::move(problem)}; }

// The line number is all that is told of a bad line: its text may be a key.
KeyringText::Parsed wrong_line(int line) { return wrong("is malformed in line " + std::to_string(line)); }

}  // namespace

Secret<std::string> KeyringText::write(const Keyring& keyring) {
  std::string out;
  out.reserve(kLineMax * (keyring.epochs_.size() + 3));
  out.append(kName).append(kVersion).append("\nroot ");
  append_hex(out, keyring.root_.reveal());
  out.push_back('\n');
  for (const Keyring::Epoch& epoch : keyring.epochs_) {
    out.append("epoch ")
        .append(std::to_string(epoch.number))
        .append(" ")
        .append(std::to_string(epoch.created_s))
        .append(" ");
    append_hex(out, epoch.key.reveal());
    out.push_back('\n');
  }
  const auto check = checksum(out);
  out.append("check ");
  append_hex(out, check);
  out.push_back('\n');
  return Secret<std::string>(std::move(out));
}

KeyringText::Parsed KeyringText::parse(std::string_view text) {
  std::string_view rest = text;
  if (!take_prefix(rest, kName)) return wrong("is not a keyring file");
  const auto version = take(rest, '\n');
  if (!version) return wrong_line(1);
  if (*version != kVersion)
    return wrong("has another format version than this program reads (" + std::string(kVersion) + ")");

  Keyring keyring;
  const auto root_line = take(rest, '\n');
  std::string_view root = root_line.value_or(std::string_view());
  auto root_key = take_prefix(root, "root ") ? read_key(root) : std::nullopt;
  if (!root_key) return wrong_line(2);
  keyring.root_ = std::move(*root_key);

  int number = 3;
  for (; take_prefix(rest, "epoch "); ++number) {
    const auto line = take(rest, '\n');
    auto epoch = line ? read_epoch(*line) : std::nullopt;
    const bool rising = epoch && (keyring.epochs_.empty() || keyring.epochs_.back().number < epoch->number);
    if (!rising || keyring.epochs_.size() == kEpochsMax) return wrong_line(number);
    keyring.epochs_.push_back(std::move(*epoch));
  }

  const std::string_view checked = text.substr(0, text.size() - rest.size());
  std::array<std::uint8_t, 8> check{};
  if (!take_prefix(rest, "check ") || rest.size() != 17 || rest.back() != '\n' ||
      !read_hex(rest.substr(0, 16), check)) {
    return wrong_line(number);
  }
  if (check != checksum(checked)) return wrong("is damaged (its checksum does not fit)");
  if (keyring.epochs_.empty()) return wrong("has no epoch");
  return {std::move(keyring), {}};
}

Keyring KeyringText::fresh(std::int64_t now_s) {
  Keyring keyring;
  keyring.root_ = random_key();
  keyring.epochs_.push_back({1, now_s, random_key()});
  return keyring;
}

Keyring KeyringText::with_new_epoch(Keyring keyring, std::int64_t now_s) {
  keyring.epochs_.push_back({keyring.epochs_.back().number + 1, now_s, random_key()});
  return keyring;
}

Keyring KeyringText::without_epoch(Keyring keyring, std::uint32_t number) {
  std::erase_if(keyring.epochs_, [number](const Keyring::Epoch& epoch) { return epoch.number == number; });
  return keyring;
}

}  // namespace ledgate::infra
