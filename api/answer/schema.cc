#include "api/answer/schema.h"

#include "api/http/ascii.h"
#include "api/http/utf8.h"

#include <algorithm>
#include <charconv>

namespace ledgate::api {
namespace {

using nlohmann::json;

bool is_allowed(std::string_view allowed, std::string_view value) {
  while (!allowed.empty()) {
    const std::size_t end = std::min(allowed.find(' '), allowed.size());
    if (allowed.substr(0, end) == value) return true;
    allowed.remove_prefix(std::min(end + 1, allowed.size()));
  }
  return false;
}

// "'a' or 'b'"
std::string spelled_out(std::string_view allowed) {
  std::string out;
  while (!allowed.empty()) {
    const std::size_t end = std::min(allowed.find(' '), allowed.size());
    if (!out.empty()) out += " or ";
    out.append("'").append(allowed.substr(0, end)).append("'");
    allowed.remove_prefix(std::min(end + 1, allowed.size()));
  }
  return out;
}

bool has_type(Type type, const json& value, Source source) {
  switch (type) {
    case Type::kString:
      return value.is_string();
    case Type::kInteger:
      return source == Source::kJson ? value.is_number_integer()
                                     : parse_number(value.get_ref<const std::string&>()).has_value();
    case Type::kBoolean:
      return value.is_boolean();
    case Type::kObject:
      return value.is_object();
    case Type::kArray:
      return value.is_array();
    case Type::kAny:
      return true;
  }
  return false;
}

struct TypeWords {
  std::string_view type;
  std::string_view message;
};

TypeWords wrong_type(Type type) {
  switch (type) {
    case Type::kString:
      return {"string_type", "Input should be a valid string"};
    case Type::kInteger:
      return {"int_type", "Input should be a valid integer"};
    case Type::kBoolean:
      return {"bool_type", "Input should be a valid boolean"};
    case Type::kObject:
      return {"dict_type", "Input should be a valid dictionary"};
    case Type::kArray:
      return {"list_type", "Input should be a valid list"};
    case Type::kAny:
      return {};
  }
  return {};
}

std::string characters(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " character" : " characters");
}

class Checker {
 public:
  explicit Checker(Source source) : source_(source) {}

  void check_member(const Field& field, const json& object) {
    const auto member = object.find(field.name);
    if (member == object.end() || (source_ == Source::kForm && text_member(object, field.name).empty())) {
      if (field.required) add(field, "missing", "Field required", nullptr);
      return;
    }
    if (member->is_null() && field.nullable) return;
    if (!has_type(field.type, *member, source_)) {
      const TypeWords words = wrong_type(field.type);
      add(field, words.type, std::string(words.message), *member);
    } else if (field.type == Type::kString) {
      check_text(field, *member);
    } else if (field.type == Type::kInteger && source_ == Source::kQuery) {
      check_number(field, *member);
    }
  }

  std::vector<FieldFault> take() && { return std::move(faults_); }

 private:
  void check_text(const Field& field, const json& value) {
    const auto& text = value.get_ref<const std::string&>();
    const std::size_t length = code_points(text).value_or(0);  // parsers let only UTF-8 through
    if (length < field.min) {
      add(field, "string_too_short", "String should have at least " + characters(field.min), value,
          {{"min_length", field.min}});
    } else if (field.max != 0 && length > field.max) {
      add(field, "string_too_long", "String should have at most " + characters(field.max), value,
          {{"max_length", field.max}});
    } else if (!field.allowed.empty() && !is_allowed(field.allowed, text)) {
      const std::string expected = spelled_out(field.allowed);
      add(field, "literal_error", "Input should be " + expected, value, {{"expected", expected}});
    }
  }

  void check_number(const Field& field, const json& value) {
    const auto number = static_cast<std::uint64_t>(*parse_number(value.get_ref<const std::string&>()));
    if (number < field.min) {
      add(field, "greater_than_equal", "Input should be greater than or equal to " + std::to_string(field.min), value,
          {{"ge", field.min}});
    } else if (field.max != 0 && number > field.max) {
      add(field, "less_than_equal", "Input should be less than or equal to " + std::to_string(field.max), value,
          {{"le", field.max}});
    }
  }

  void add(const Field& field, std::string_view type, std::string message, const json& input, json context = nullptr) {
    faults_.push_back(FieldFault{.type = type,
                                 .place = source_ == Source::kQuery ? "query" : "body",
                                 .field = std::string(field.name),
                                 .message = std::move(message),
                                 .input = field.secret ? json(nullptr) : input,
                                 .context = std::move(context)});
  }

  const Source source_;
  std::vector<FieldFault> faults_;
};

}  // namespace

std::vector<FieldFault> undeclared(const Schema& schema, const json& value, Source source) {
  std::vector<FieldFault> faults;
  for (const auto& member : value.items()) {
    const std::string& name = member.key();
    if (std::ranges::any_of(schema.fields, [&](const Field& field) { return field.name == name; })) continue;
    const bool in_query = source == Source::kQuery;
    faults.push_back({.type = "extra_forbidden",
                      .place = in_query ? "query" : "body",
                      .field = name,
                      .message = in_query ? "There is no such parameter" : "Extra inputs are not permitted"});
  }
  return faults;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  if (text.empty() || !is_digit(text.front()) || (text.front() == '0' && text.size() > 1)) return std::nullopt;
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

std::vector<FieldFault> check(const Schema& schema, const json& value, Source source) {
  Checker checker(source);
  for (const Field& field : schema.fields) checker.check_member(field, value);
  return std::move(checker).take();
}

std::string text_member(const json& object, std::string_view name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

}  // namespace ledgate::api
