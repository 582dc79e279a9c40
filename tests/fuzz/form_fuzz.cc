// Forms and what stands around them. The first line is the Content-Type, the rest the body; a query and cookies are
// read from the body as well.
#include "api/http/cookies.h"
#include "api/http/form.h"
#include "api/http/utf8.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void check(const ledgate::Result<nlohmann::json>& form) {
  if (!form) return;
  if (!form->is_object() || form->size() > ledgate::api::kFormParametersMax) std::abort();
  for (const auto& [name, value] : form->items()) {
    const auto& text = value.get_ref<const std::string&>();
    if (name.empty() || !ledgate::api::code_points(name) || !ledgate::api::code_points(text)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view body = input.substr(std::min(line + 1, input.size()));
  if (const auto type = ledgate::api::MediaType::parse(input.substr(0, line)))
    check(ledgate::api::parse_form(body, *type));
  check(ledgate::api::parse_urlencoded(body));
  ledgate::api::Request request;
  request.headers.push_back({"Cookie", std::string(body)});
  (void)ledgate::api::find_cookie(request, "jwt");
  return 0;
}
