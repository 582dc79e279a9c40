// JSON for answers: every value is text from the moment it is made. Knows nothing of reading JSON (json.h).
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate::api {

struct JsonMember;
using JsonMembers = std::vector<JsonMember>;

class Json {
 public:
  Json(std::nullptr_t = nullptr) : text_("null") {}
  Json(std::same_as<bool> auto value) : text_(value ? "true" : "false") {}
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) Json(Number value) : text_(std::to_string(value)) {}
  // Bytes that are not UTF-8 become U+FFFD.
  Json(std::string_view text);
  Json(const std::string& text) : Json(std::string_view(text)) {}
  Json(const char* text) : Json(std::string_view(text)) {}
  Json(const std::vector<std::string_view>& texts);
  Json(const std::vector<std::string>& texts);
  // An object. Names are those of a contract: none stands there twice.
  Json(std::initializer_list<JsonMember> members);
  Json(const JsonMembers& members);

  static Json array(std::initializer_list<Json> items = {});
  static Json object();
  // What is JSON already.
  static Json written(std::string text);

  void push_back(const Json& item);                    // of an array
  void set(std::string_view name, const Json& value);  // of an object that has no such member yet

  [[nodiscard]] bool is_null() const { return text_ == "null"; }
  [[nodiscard]] const std::string& text() const& { return text_; }
  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  void begin_item();

  std::string text_;
};

struct JsonMember {
  std::string_view name;
  Json value;
};

// Writes a text with its quotes.
void append_quoted(std::string& out, std::string_view text);

}  // namespace ledgate::api
