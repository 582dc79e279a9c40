#include "api/http/json_writer.h"

#include "api/http/json_text.h"

namespace ledgate::api {

void JsonWriter::begin(std::string_view name) {
  out_ += out_.empty() ? '{' : ',';
  quote(name);
  out_ += ':';
}

void JsonWriter::quote(std::string_view value) { append_quoted(out_, value); }

JsonWriter& JsonWriter::raw(std::string_view name, std::string_view value) {
  begin(name);
  out_ += value;
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view name, std::string_view value) {
  begin(name);
  quote(value);
  return *this;
}

JsonWriter& JsonWriter::texts(std::string_view name, std::span<const std::string_view> values) {
  begin(name);
  out_ += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) out_ += ',';
    quote(values[i]);
  }
  out_ += ']';
  return *this;
}

JsonWriter& JsonWriter::flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }

}  // namespace ledgate::api
