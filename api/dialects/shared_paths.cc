#include "api/dialects/shared_paths.h"

#include "api/dialects/book_corners/errors.h"
#include "api/dialects/book_corners/handlers.h"
#include "api/dialects/book_corners/translate.h"
#include "api/dialects/imagor_studio/errors.h"
#include "api/dialects/imagor_studio/handlers.h"
#include "api/dialects/lightnovel_crawler/errors.h"
#include "api/dialects/lightnovel_crawler/handlers.h"
#include "api/dialects/ndastro/errors.h"
#include "api/dialects/ndastro/handlers.h"
#include "api/dialects/ndastro/translate.h"
#include "api/flows/grants.h"
#include "api/http/json.h"
#include "api/http/json_writer.h"
#include "api/http/media_type.h"

#include <array>

namespace ledgate::api {
namespace {

using nlohmann::ordered_json;

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

// The members of both products' bodies; where both have one of that name, the first product's.
ordered_json both(const Envelope& first, const Envelope& second, const ErrorView& view) {
  ordered_json body = body_of(first, view.refusal, view.request_id);
  const ordered_json other = body_of(second, view.refusal, view.request_id);
  for (const auto& [name, value] : other.items()) {
    if (!body.contains(name)) body[name] = value;
  }
  return body;
}

ordered_json v1_body(const ErrorView& view) { return both(ndastro::kEnvelope, book_corners::kEnvelope, view); }
ordered_json auth_body(const ErrorView& view) {
  return both(imagor_studio::kEnvelope, lightnovel_crawler::kEnvelope, view);
}

constexpr std::array kV1Parts{&ndastro::kEnvelope, &book_corners::kEnvelope};
constexpr std::array kAuthParts{&imagor_studio::kEnvelope, &lightnovel_crawler::kEnvelope};

}  // namespace

const Envelope kEnvelopeV1{.schema = &kV1Schema, .wordings = kV1Wordings, .body = v1_body, .parts = kV1Parts};
const Envelope kEnvelopeAuth{.schema = &kAuthSchema, .body = auth_body, .parts = kAuthParts};
const Schema kProfileOut{.name = "ProfileNdastroAndBookCorners", .fields = kProfileFields};

Answer handle_v1_login(const ApiContext& context, Call& call) {
  const bool is_json = content_type_of(call.request)->name == kJson;  // one of the row's types: the gateway saw to it
  call.envelope = is_json ? &book_corners::kEnvelope : &ndastro::kEnvelope;
  return is_json ? book_corners::handle_login(context, call) : ndastro::handle_login(context, call);
}

Answer handle_v1_refresh(const ApiContext& context, Call& call) {
  const nlohmann::json body = TRY(parse_json_object(call.request.body));
  if (body.contains("refresh")) {
    call.envelope = &book_corners::kEnvelope;
    return book_corners::handle_refresh(context, call);
  }
  if (body.contains("token")) {
    call.envelope = &ndastro::kEnvelope;
    return ndastro::handle_refresh(context, call);
  }
  // Nobody is meant; the simpler of the two says what is missing.
  return refuse_with(check(book_corners::kRefreshIn, body, Source::kJson));
}

Answer handle_v1_me(const ApiContext& context, Call& call) {
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

Answer handle_auth_login(const ApiContext& context, Call& call) {
  const nlohmann::json body = TRY(parse_json_object(call.request.body));
  const bool names_imagor_studio = !text_member(body, "username").empty() || !body.contains("email");
  call.envelope = names_imagor_studio ? &imagor_studio::kEnvelope : &lightnovel_crawler::kEnvelope;
  return names_imagor_studio ? imagor_studio::handle_login(context, call)
                             : lightnovel_crawler::handle_login(context, call);
}

}  // namespace ledgate::api
