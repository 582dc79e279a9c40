#include "api/http/json.h"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace ledgate::api {
namespace {

using nlohmann::json;

// Builds the value and stops (by returning false) at the first thing that is not allowed.
class StrictBuilder final : public nlohmann::json_sax<json> {
 public:
  json take() && { return std::move(root_); }

  bool null() override { return place(nullptr); }
  bool boolean(bool value) override { return place(value); }
  bool number_integer(number_integer_t value) override { return place(value); }
  bool number_unsigned(number_unsigned_t value) override { return place(value); }
  bool number_float(number_float_t value, const string_t&) override { return place(value); }
  bool string(string_t& value) override { return !has_nul(value) && place(std::move(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (has_nul(name) || open_.back()->contains(name)) return false;
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  static bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

  // The top level is an object, so a value is placed at the top only by open().
  bool place(json value) { return !open_.empty() && attach(std::move(value)) != nullptr; }

  json* attach(json value) {
    json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    return &(parent[std::move(key_)] = std::move(value));
  }

  bool open(json container) {
    if (open_.size() == kJsonDepthMax) return false;
    if (open_.empty()) {
      if (!container.is_object()) return false;
      root_ = std::move(container);
      open_.push_back(&root_);
    } else {
      open_.push_back(attach(std::move(container)));
    }
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  json root_;
  std::vector<json*> open_;  // from the root to the innermost container; a parent does not move while a child is open
  std::string key_;
};

}  // namespace

Result<json> parse_json_object(std::string_view text) {
  // nlohmann skips a byte order mark silently, and takes NUL for the end of the text.
  if (text.starts_with("\xEF\xBB\xBF") || text.find('\0') != std::string_view::npos)
    return fail(ErrorCode::kRequestMalformed);
  StrictBuilder builder;
  const bool read = json::sax_parse(text.begin(), text.end(), &builder);
  if (!read) return fail(ErrorCode::kRequestMalformed);
  return std::move(builder).take();
}

}  // namespace ledgate::api
