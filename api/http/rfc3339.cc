#include "api/http/rfc3339.h"

#include "api/http/ascii.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace ledgate::api {
namespace {

using namespace std::chrono;  // NOLINT: calendar arithmetic only

// Takes exactly `count` digits.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, count)) {
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || to_lower(text.front()) != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// The decimals of a second as milliseconds.
std::optional<int> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int ms = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && is_digit(text[digits]); ++digits) {
    if (digits < 3) ms = ms * 10 + (text[digits] - '0');
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  for (std::size_t i = digits; i < 3; ++i) ms *= 10;
  text.remove_prefix(digits);
  return ms;
}

// The offset in minutes; the whole rest of the text.
std::optional<int> take_offset(std::string_view text) {
  if (take(text, 'z')) return text.empty() ? std::optional(0) : std::nullopt;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto h = take_digits(text, 2);
  if (!h || !take(text, ':')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !text.empty() || *h > 23 || *m > 59) return std::nullopt;
  return sign * (*h * 60 + *m);
}

std::optional<sys_days> take_date(std::string_view& text) {
  const auto y = take_digits(text, 4);
  if (!y || !take(text, '-')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, '-')) return std::nullopt;
  const auto d = take_digits(text, 2);
  if (!d) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
  return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

std::optional<seconds> take_time_of_day(std::string_view& text) {
  const auto h = take_digits(text, 2);
  if (!h || !take(text, ':')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, ':')) return std::nullopt;
  const auto s = take_digits(text, 2);
  if (!s || *h > 23 || *m > 59 || *s > 59) return std::nullopt;
  return hours(*h) + minutes(*m) + seconds(*s);
}

}  // namespace

std::string rfc3339(std::int64_t unix_ms) {
  const sys_time<milliseconds> when{milliseconds(unix_ms)};
  const sys_days midnight = floor<days>(when);
  const year_month_day date{midnight};
  const hh_mm_ss time{when - midnight};
  std::array<char, 40> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                    static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return std::string(text.data(), static_cast<std::size_t>(size));
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take(text, 't')) return std::nullopt;
  const auto time = take_time_of_day(text);
  if (!time) return std::nullopt;
  const auto fraction_ms = take_fraction(text);
  const auto offset = fraction_ms ? take_offset(text) : std::nullopt;
  if (!offset) return std::nullopt;
  const auto instant = sys_time<milliseconds>(*date) + *time + milliseconds(*fraction_ms) - minutes(*offset);
  return instant.time_since_epoch().count();
}

}  // namespace ledgate::api
