#include "api/dialects/shared_paths.h"

#include "api/dialects/book_corners/errors.h"
#include "api/dialects/imagor_studio/errors.h"
#include "api/dialects/lightnovel_crawler/errors.h"
#include "api/dialects/ndastro/errors.h"
#include "api/flows/grants.h"
#include "api/http/json_writer.h"

#include <algorithm>
#include <array>

namespace ledgate::api {
namespace {

constexpr std::array kV1Wordings{Wording{.code = ErrorCode::kValidationFailed, .status = 422}};
constexpr std::array kV1Fields{
    Field{.name = "detail", .type = Type::kAny, .about = "ndastro-api: a sentence, or the list of faults of a 422."},
    Field{.name = "message", .about = "Book Corners: what is wrong, for people."},
    Field{.name = "details", .type = Type::kObject, .nullable = true, .about = "Book Corners: `errors` of a 422."},
};
constexpr Schema kV1Schema{.name = "ErrorNdastroAndBookCorners", .fields = kV1Fields};

constexpr std::array kAuthFields{
    Field{.name = "error"},
    Field{.name = "message", .about = "imagor_studio"},
    Field{.name = "code", .about = "imagor-studio: what programs branch on."},
    Field{.name = "details",
          .type = Type::kObject,
          .required = false,
          .about = "imagor-studio: `field`, or the methods of a 405."},
    Field{.name = "detail", .about = "lightnovel_crawler"},
};
constexpr Schema kAuthSchema{.name = "ErrorImagorStudioAndLightnovelCrawler", .fields = kAuthFields};

constexpr std::array kProfileFields{
    Field{.name = "id", .type = Type::kInteger},
    Field{.name = "username"},
    Field{.name = "email"},
    Field{.name = "name", .about = "The user name where there is no display name."},
    Field{.name = "is_superuser", .type = Type::kBoolean},
    Field{.name = "is_active", .type = Type::kBoolean},
    Field{.name = "is_social_only", .type = Type::kBoolean},
    Field{.name = "is_staff", .type = Type::kBoolean},
};
constexpr Schema kProfileOut{.name = "ProfileNdastroAndBookCorners", .fields = kProfileFields};

// The members of both products' bodies; where both have one of that name, the first product's.
JsonMembers both(const Envelope& first, const Envelope& second, const ErrorView& view) {
  JsonMembers body = body_of(first, view.refusal, view.request_id);
  for (JsonMember& member : body_of(second, view.refusal, view.request_id)) {
    if (std::ranges::find(body, member.name, &JsonMember::name) == body.end()) body.push_back(std::move(member));
  }
  return body;
}

JsonMembers v1_body(const ErrorView& view) { return both(ndastro::kEnvelope, book_corners::kEnvelope, view); }
JsonMembers auth_body(const ErrorView& view) {
  return both(imagor_studio::kEnvelope, lightnovel_crawler::kEnvelope, view);
}

// The same for both.
Answer handle_me(const ApiContext& context, Call& call) {
  const state::v1::Account& account = call.principal->account;
  const Profile profile = profile_of(context, account);
  const bool is_admin = account.role() == journal::v1::ROLE_ADMIN;
  JsonWriter body(256);
  body.number("id", account.number())
      .text("username", profile.username)
      .text("email", profile.email)
      .text("name", profile.display_name.empty() ? profile.username : profile.display_name)
      .flag("is_superuser", is_admin)
      .flag("is_active", account.active())
      .flag("is_social_only", false)
      .flag("is_staff", is_admin);
  return Response{.body = std::move(body).finish()};
}

constexpr std::array kProfile{Success{200, &kProfileOut}};

constexpr std::array kRoutes{
    Route{.method = Method::kGet,
          .path = "/api/v1/auth/me",
          .operation = "me",
          .summary = "The caller's profile (ndastro-api, Book Corners)",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAuthenticated,
          .policy = Policy::kSelf,
          .limit = kNotLimited,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .successes = kProfile,
          .envelope = &kEnvelopeV1,
          .handler = handle_me},
};

}  // namespace

const Envelope kEnvelopeV1{.schema = &kV1Schema, .wordings = kV1Wordings, .body = v1_body};
const Envelope kEnvelopeAuth{.schema = &kAuthSchema, .body = auth_body};

RouteTable shared_routes() { return kRoutes; }

}  // namespace ledgate::api
