#include "api/answer/schema.h"

#include "api/http/ascii.h"
#include "api/http/utf8.h"

#include <nlohmann/json.hpp>

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
  explicit Checker(const Members& members) : members_(members), source_(members.source()) {}

  void check_member(const Field& field) {
    const json& object = members_.object();
    const auto member = object.find(field.name);
    if (member == object.end() || (source_ == Source::kForm && members_.text(field.name).empty())) {
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

  // A fault for each member that the schema does not name.
  void refuse_undeclared(const Schema& schema) {
    for (const auto& member : members_.object().items()) {
      const std::string& name = member.key();
      if (std::ranges::any_of(schema.fields, [&](const Field& field) { return field.name == name; })) continue;
      const bool in_query = source_ == Source::kQuery;
      faults_.push_back({.type = "extra_forbidden",
                         .place = in_query ? "query" : "body",
                         .field = name,
                         .message = in_query ? "There is no such parameter" : "Extra inputs are not permitted"});
    }
  }

  std::vector<FieldFault> take() && { return std::move(faults_); }

 private:
  void check_text(const Field& field, const json& value) {
    const auto& text = value.get_ref<const std::string&>();
    const std::size_t length = code_points(text).value_or(0);  // parsers let only UTF-8 through
    if (length < field.min) {
      add(field, "string_too_short", "String should have at least " + characters(field.min), value,
          {{"min_length", field.min}}, field.min);
    } else if (field.max != 0 && length > field.max) {
      add(field, "string_too_long", "String should have at most " + characters(field.max), value,
          {{"max_length", field.max}}, field.max);
    } else if (!field.allowed.empty() && !is_allowed(field.allowed, text)) {
      const std::string expected = spelled_out(field.allowed);
      add(field, "literal_error", "Input should be " + expected, value, {{"expected", expected}});
    }
  }

  void check_number(const Field& field, const json& value) {
    const auto number = static_cast<std::uint64_t>(*parse_number(value.get_ref<const std::string&>()));
    if (number < field.min) {
      add(field, "greater_than_equal", "Input should be greater than or equal to " + std::to_string(field.min), value,
          {{"ge", field.min}}, field.min);
    } else if (field.max != 0 && number > field.max) {
      add(field, "less_than_equal", "Input should be less than or equal to " + std::to_string(field.max), value,
          {{"le", field.max}}, field.max);
    }
  }

  void add(const Field& field, std::string_view type, std::string message, const json& input, Json context = nullptr,
           std::size_t bound = 0) {
    faults_.push_back(FieldFault{.type = type,
                                 .place = source_ == Source::kQuery ? "query" : "body",
                                 .field = std::string(field.name),
                                 .message = std::move(message),
                                 .input = field.secret ? Json() : Json::written(input.dump()),
                                 .context = std::move(context),
                                 .bound = bound});
  }

  const Members& members_;
  const Source source_;
  std::vector<FieldFault> faults_;
};

}  // namespace

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  if (text.empty() || !is_digit(text.front()) || (text.front() == '0' && text.size() > 1)) return std::nullopt;
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

Checked admit_members(const Schema& schema, Members& members) {
  for (const Field& field : schema.fields) {
    if (field.stripped) members.strip(field.name);
  }
  Checker checker(members);
  for (const Field& field : schema.fields) checker.check_member(field);
  if (schema.closed || members.source() == Source::kQuery) checker.refuse_undeclared(schema);
  auto faults = std::move(checker).take();
  if (!faults.empty()) return refuse_with(std::move(faults));
  return schema.rule != nullptr ? schema.rule(members) : Checked();
}

}  // namespace ledgate::api
