// Writes one flat JSON object straight into a string: for what is answered or signed thousands of times a second, where
// a document tree would cost more than the look-ups. Everything else is a Json (json_text.h).
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>

namespace ledgate::api {

class JsonWriter {
 public:
  explicit JsonWriter(std::size_t expected_bytes) { out_.reserve(expected_bytes); }

  // `text` is UTF-8.
  JsonWriter& text(std::string_view name, std::string_view value);
  JsonWriter& texts(std::string_view name, std::span<const std::string_view> values);
  JsonWriter& flag(std::string_view name, bool value);
  JsonWriter& number(std::string_view name, std::integral auto value) { return raw(name, std::to_string(value)); }

  // The object; the writer is spent.
  [[nodiscard]] std::string finish() && {
    out_ += out_.empty() ? "{}" : "}";
    return std::move(out_);
  }

 private:
  JsonWriter& raw(std::string_view name, std::string_view value);
  void begin(std::string_view name);
  void quote(std::string_view value);

  std::string out_;
};

}  // namespace ledgate::api
