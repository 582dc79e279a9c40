// What a request says by name: the members of a JSON object, of a form or of a query, read once and handed on.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate::api {

// Where members come from. Forms and queries have texts only, so an integer is one that is written as one; in a form an
// empty text counts as missing, since browsers send a field that was left blank.
enum class Source : std::uint8_t { kJson, kForm, kQuery };

// Owns them. What was made by default has none, and costs nothing.
class Members {
 public:
  Members();
  Members(nlohmann::json object, Source source);
  Members(Members&&) noexcept;
  Members& operator=(Members&&) noexcept;
  ~Members();

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;  // empty when it is absent, null or no text
  [[nodiscard]] std::vector<std::string> names() const;         // in alphabetical order
  // Takes the white space from around a text, where there is one.
  void strip(std::string_view name);

  [[nodiscard]] Source source() const { return source_; }
  [[nodiscard]] const nlohmann::json& object() const;

 private:
  std::unique_ptr<nlohmann::json> object_;
  Source source_ = Source::kJson;
};

}  // namespace ledgate::api
