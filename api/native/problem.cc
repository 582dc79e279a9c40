#include "api/native/problem.h"

#include <array>

namespace ledgate::api::native {
namespace {

constexpr std::array kFields{
    Field{.name = "type", .format = "uri", .about = "urn:ledgate:error: and the code."},
    Field{.name = "title", .about = "The same for every occurrence of the code."},
    Field{.name = "status", .type = Type::kInteger},
    Field{.name = "detail", .about = "About this occurrence."},
    Field{.name = "code", .about = "Permanent; what programs branch on."},
    Field{.name = "request_id", .required = false},
    Field{.name = "errors",
          .type = Type::kArray,
          .required = false,
          .about = "The parameters at fault: {type, loc, msg}."},
    Field{.name = "transaction",
          .required = false,
          .format = "uuid",
          .about = "With journal.outcome_unknown: whose outcome."},
};
constexpr Schema kSchema{.name = "Problem", .fields = kFields};

JsonMembers body(const ErrorView& view) {
  const ErrorRow& row = error_row(view.refusal.error.code);
  JsonMembers problem{{"type", "urn:ledgate:error:" + std::string(row.slug)},
                      {"title", row.sentence},
                      {"status", view.status},
                      {"detail", view.text},
                      {"code", row.slug}};
  if (!view.request_id.empty()) problem.push_back({"request_id", view.request_id});
  if (!view.refusal.fields.empty()) problem.push_back({"errors", fault_list(view.refusal, {.with_input = false})});
  if (!view.refusal.transaction.is_nil()) problem.push_back({"transaction", view.refusal.transaction.to_string()});
  return problem;
}

}  // namespace

const Envelope kProblem{.schema = &kSchema,
                        .content_type = "application/problem+json",
                        .challenge = "Bearer, Basic realm=\"ledgate\"",
                        .body = body};

}  // namespace ledgate::api::native
