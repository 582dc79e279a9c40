#include "api/dialects/shared_paths.h"

#include "api/dialects/seed001/errors.h"
#include "api/dialects/seed001/handlers.h"
#include "api/dialects/seed002/errors.h"
#include "api/dialects/seed002/handlers.h"
#include "api/dialects/seed002/translate.h"
#include "api/dialects/seed003/errors.h"
#include "api/dialects/seed003/handlers.h"
#include "api/dialects/seed003/translate.h"
#include "api/dialects/seed004/errors.h"
#include "api/dialects/seed004/handlers.h"
#include "api/grants.h"
#include "api/json.h"
#include "api/json_writer.h"
#include "api/media_type.h"

#include <array>

namespace ledgate::api {
namespace {

using nlohmann::ordered_json;

constexpr std::array kV1Wordings{Wording{.code = ErrorCode::kValidationFailed, .status = 422}};
constexpr std::array kV1Fields{
    Field{.name = "detail", .type = Type::kAny, .about = "002: a sentence, or the list of faults of a 422."},
    Field{.name = "message", .about = "003: what is wrong, for people."},
    Field{.name = "details", .type = Type::kObject, .nullable = true, .about = "003: `errors` of a 422."},
};
constexpr Schema kV1Schema{.name = "Error002And003", .fields = kV1Fields};

constexpr std::array kAuthFields{
    Field{.name = "error"},
    Field{.name = "message", .about = "001"},
    Field{.name = "code", .about = "001: what programs branch on."},
    Field{
        .name = "details", .type = Type::kObject, .required = false, .about = "001: `field`, or the methods of a 405."},
    Field{.name = "detail", .about = "004"},
};
constexpr Schema kAuthSchema{.name = "Error001And004", .fields = kAuthFields};

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

ordered_json v1_body(const ErrorView& view) { return both(seed002::kEnvelope, seed003::kEnvelope, view); }
ordered_json auth_body(const ErrorView& view) { return both(seed001::kEnvelope, seed004::kEnvelope, view); }

constexpr std::array kV1Parts{&seed002::kEnvelope, &seed003::kEnvelope};
constexpr std::array kAuthParts{&seed001::kEnvelope, &seed004::kEnvelope};

}  // namespace

const Envelope kEnvelopeV1{.schema = &kV1Schema, .wordings = kV1Wordings, .body = v1_body, .parts = kV1Parts};
const Envelope kEnvelopeAuth{.schema = &kAuthSchema, .body = auth_body, .parts = kAuthParts};
const Schema kProfileOut{.name = "Profile002And003", .fields = kProfileFields};

Answer handle_v1_login(const ApiContext& context, Call& call) {
  const bool is_json = content_type_of(call.request)->name == kJson;  // one of the row's types: the gateway saw to it
  call.envelope = is_json ? &seed003::kEnvelope : &seed002::kEnvelope;
  return is_json ? seed003::handle_login(context, call) : seed002::handle_login(context, call);
}

Answer handle_v1_refresh(const ApiContext& context, Call& call) {
  const nlohmann::json body = TRY(parse_json_object(call.request.body));
  if (body.contains("refresh")) {
    call.envelope = &seed003::kEnvelope;
    return seed003::handle_refresh(context, call);
  }
  if (body.contains("token")) {
    call.envelope = &seed002::kEnvelope;
    return seed002::handle_refresh(context, call);
  }
  // Nobody is meant; the simpler of the two says what is missing.
  return refuse_with(check(seed003::kRefreshIn, body, Source::kJson));
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
  const bool names_001 = !text_member(body, "username").empty() || !body.contains("email");
  call.envelope = names_001 ? &seed001::kEnvelope : &seed004::kEnvelope;
  return names_001 ? seed001::handle_login(context, call) : seed004::handle_login(context, call);
}

}  // namespace ledgate::api
