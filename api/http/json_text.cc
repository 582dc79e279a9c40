#include "api/http/json_text.h"

#include "api/http/utf8.h"

namespace ledgate::api {
namespace {

std::string with_replacements(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      out += c;
    } else {
      out += "\xEF\xBF\xBD";
    }
  }
  return out;
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

Json::Json(std::string_view text) {
  text_.reserve(text.size() + 2);
  append_quoted(text_, code_points(text) ? text : with_replacements(text));
}

Json::Json(const std::vector<std::string_view>& texts) : text_("[]") {
  for (const std::string_view text : texts) push_back(text);
}

Json::Json(const std::vector<std::string>& texts) : text_("[]") {
  for (const std::string& text : texts) push_back(text);
}

Json::Json(std::initializer_list<JsonMember> members) : text_("{}") {
  for (const JsonMember& member : members) set(member.name, member.value);
}

Json::Json(const JsonMembers& members) : text_("{}") {
  for (const JsonMember& member : members) set(member.name, member.value);
}

Json Json::array(std::initializer_list<Json> items) {
  Json list = written("[]");
  for (const Json& item : items) list.push_back(item);
  return list;
}

Json Json::object() { return written("{}"); }

Json Json::written(std::string text) {
  Json value;
  value.text_ = std::move(text);
  return value;
}

// Opens the container again; its first item has no comma before it.
void Json::begin_item() {
  text_.pop_back();
  if (text_.size() > 1) text_ += ',';
}

void Json::push_back(const Json& item) {
  begin_item();
  text_.append(item.text_).push_back(']');
}

void Json::set(std::string_view name, const Json& value) {
  begin_item();
  append_quoted(text_, name);
  text_.append(1, ':').append(value.text_).push_back('}');
}

}  // namespace ledgate::api
