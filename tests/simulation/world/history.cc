#include "tests/simulation/world/history.h"

#include "api/http/json_writer.h"

namespace ledgate::simulation {
namespace {

std::string_view result_of(Told told) {
  switch (told) {
    case Told::kYes:
      return "ok";
    case Told::kNo:
      return "refused";
    case Told::kNothing:
    case Told::kUnknown:
      break;
  }
  return "unknown";
}

std::int64_t nanoseconds(Microseconds time) { return std::chrono::nanoseconds(time).count(); }

}  // namespace

void History::add(Operation operation) {
  if (operation.told != Told::kNothing) operations_.push_back(std::move(operation));
}

std::string History::json() const {
  std::string text = R"({"model":")" + std::string(model_) + R"(","operations":[)";
  std::string_view separator = "\n";
  for (const Operation& one : operations_) {
    api::JsonWriter line(256);
    line.number("client", one.client)
        .text("key", one.key)
        .text("do", one.asked)
        .text("with", one.with)
        .text("next", one.next)
        .text("result", result_of(one.told))
        .number("call", nanoseconds(one.call))
        .number("return", nanoseconds(one.returned))
        .number("stale", nanoseconds(one.stale));
    text.append(separator).append(std::move(line).finish());
    separator = ",\n";
  }
  return text.append("]}\n");
}

void Endings::add(const Operation& operation, const std::string& kept) {
  if (operation.told == Told::kYes || operation.told == Told::kUnknown) endings_.push_back({operation, kept});
}

void Endings::write_to(History& sessions) const {
  for (const auto& [operation, kept] : endings_) {
    for (const Birth& birth : births_) {
      const bool certain = operation.told == Told::kYes;
      const bool later = certain && birth.call > operation.returned;
      if (birth.account != operation.key || birth.session == kept || later) continue;
      Operation ended = operation;
      ended.key = birth.session;
      ended.asked = "logout";
      ended.with = ended.next = {};
      // Of a session that was being born nobody knows which came first.
      if (birth.returned > operation.call) ended.told = Told::kUnknown;
      sessions.add(std::move(ended));
    }
  }
}

}  // namespace ledgate::simulation
