#include "api/service/openapi.h"

#include "api/contract/dialect_names.h"
#include "api/http/ascii.h"
#include "api/service/routes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <vector>

namespace ledgate::api {
namespace {

using nlohmann::ordered_json;

ordered_json reference(const Schema& schema) { return {{"$ref", "#/components/schemas/" + std::string(schema.name)}}; }

std::string_view type_name(Type type) {
  switch (type) {
    case Type::kString:
      return "string";
    case Type::kInteger:
      return "integer";
    case Type::kBoolean:
      return "boolean";
    case Type::kObject:
      return "object";
    case Type::kArray:
      return "array";
    case Type::kAny:
      return {};
  }
  return {};
}

ordered_json allowed_values(std::string_view allowed) {
  ordered_json values = ordered_json::array();
  while (!allowed.empty()) {
    const std::size_t end = std::min(allowed.find(' '), allowed.size());
    values.push_back(allowed.substr(0, end));
    allowed.remove_prefix(std::min(end + 1, allowed.size()));
  }
  return values;
}

void add_bounds(const Field& field, ordered_json& out) {
  const bool counts = field.type == Type::kString;
  if (field.min != 0) out[counts ? "minLength" : "minimum"] = field.min;
  if (field.max != 0) out[counts ? "maxLength" : "maximum"] = field.max;
}

// Writes schemas into `components` as they are met.
class SchemaWriter {
 public:
  ordered_json use(const Schema& schema) {
    const std::string name(schema.name);
    if (!components_.contains(name)) {
      components_[name] = nullptr;  // met: an item that refers back to its list finds it
      components_[name] = describe(schema);
    }
    return reference(schema);
  }
  ordered_json field(const Field& field) {
    ordered_json out = ordered_json::object();
    if (field.type == Type::kObject && field.of != nullptr && !field.nullable) {
      out = use(*field.of);
    } else {
      const std::string_view type = type_name(field.type);
      if (field.nullable) {
        out["type"] = {type, "null"};
      } else if (!type.empty()) {
        out["type"] = type;
      }
      if (field.type == Type::kArray) out["items"] = field.of != nullptr ? use(*field.of) : ordered_json::object();
    }
    if (!field.format.empty()) out["format"] = field.format;
    if (!field.allowed.empty()) out["enum"] = allowed_values(field.allowed);
    add_bounds(field, out);
    if (!field.about.empty()) out["description"] = field.about;
    return out;
  }
  // In order of their names, whatever order they were met in.
  ordered_json take() && {
    ordered_json out = ordered_json::object();
    for (auto& [name, schema] : components_) out[name] = std::move(schema);
    return out;
  }

 private:
  ordered_json describe(const Schema& schema) {
    ordered_json properties = ordered_json::object();
    ordered_json required = ordered_json::array();
    for (const Field& member : schema.fields) {
      properties[std::string(member.name)] = field(member);
      if (member.required) required.push_back(member.name);
    }
    ordered_json out{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) out["required"] = std::move(required);
    return out;
  }

  std::map<std::string, ordered_json> components_;
};

// The rows that share a method and path: one operation to whoever reads the document.
using Rows = std::vector<const Route*>;

ordered_json parameters_of(const Route& route, SchemaWriter& schemas) {
  ordered_json parameters = ordered_json::array();
  if (const std::size_t open = route.path.find('{'); open != std::string_view::npos) {
    const std::string_view name = route.path.substr(open + 1, route.path.find('}') - open - 1);
    parameters.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  }
  if (route.query != nullptr) {
    for (const Field& field : route.query->fields) {
      parameters.push_back(
          {{"name", field.name}, {"in", "query"}, {"required", field.required}, {"schema", schemas.field(field)}});
    }
  }
  parameters.push_back({{"$ref", "#/components/parameters/MinPosition"}});
  if (route.kind == Kind::kCommand) parameters.push_back({{"$ref", "#/components/parameters/IdempotencyKey"}});
  return parameters;
}

// Several types or schemas may stand under one content type: then any of them.
void add_alternative(ordered_json& content, std::string_view content_type, const ordered_json& schema) {
  const std::string type(content_type);
  if (!content.contains(type)) {
    content[type] = {{"schema", schema}};
    return;
  }
  ordered_json& there = content[type]["schema"];
  if (there == schema) return;
  if (!there.contains("anyOf")) there = {{"anyOf", ordered_json::array({there})}};
  ordered_json& alternatives = there["anyOf"];
  if (std::ranges::find(alternatives, schema) == alternatives.end()) alternatives.push_back(schema);
}

ordered_json request_body(const Rows& rows, SchemaWriter& schemas) {
  ordered_json content = ordered_json::object();
  for (const Route* row : rows) {
    for (const Body& body : row->bodies) add_alternative(content, body.content_type, schemas.use(*body.schema));
  }
  return {{"required", !rows.front()->body_optional}, {"content", std::move(content)}};
}

// What no field table describes: any JSON value, or text.
ordered_json anything(std::string_view content_type) {
  return content_type == "application/json" ? ordered_json::object() : ordered_json{{"type", "string"}};
}

// The slugs of declared errors by the status that the envelope gives them.
using Described = std::map<std::string, ordered_json>;

void describe_errors(const std::vector<ErrorCode>& codes, const Envelope& envelope, SchemaWriter& schemas,
                     Described& by_status) {
  std::map<std::string, std::string> slugs;
  for (const ErrorCode code : codes) {
    std::string& text = slugs[std::to_string(status_of(envelope, code))];
    text.append(text.empty() ? "" : "; ").append(error_row(code).slug);
  }
  for (const auto& [status, text] : slugs) {
    ordered_json& response = by_status[status];
    if (response.is_null()) response = {{"description", text}, {"content", ordered_json::object()}};
    add_alternative(response["content"], envelope.content_type, schemas.use(*envelope.schema));
  }
}

void describe_successes(const Route& row, const std::string& summary, SchemaWriter& schemas, Described& by_status) {
  for (const Success& success : row.successes) {
    ordered_json& response = by_status[std::to_string(success.status)];
    if (response.is_null()) response = {{"description", summary}};
    if (success.content_type.empty()) continue;  // no body
    add_alternative(response["content"], success.content_type,
                    success.schema != nullptr ? schemas.use(*success.schema) : anything(success.content_type));
  }
}

// Successes and errors by status.
ordered_json responses_of(const Rows& rows, const std::string& summary, SchemaWriter& schemas) {
  Described by_status;
  for (const Route* row : rows) describe_successes(*row, summary, schemas, by_status);
  // Until one of several is decided upon, their path's envelope words what the first declares.
  if (rows.size() > 1)
    describe_errors(declared_errors(*rows.front()), envelope_at(rows.front()->path), schemas, by_status);
  for (const Route* row : rows) describe_errors(declared_errors(*row), *row->envelope, schemas, by_status);
  // A head that is no HTTP is refused before anybody looks at its path.
  const Envelope& unrouted = envelope_at("/");
  ordered_json& malformed = by_status["400"];
  if (malformed.is_null()) malformed = {{"description", error_row(ErrorCode::kRequestMalformed).slug}};
  if (!malformed["content"].contains(unrouted.content_type))
    add_alternative(malformed["content"], unrouted.content_type, schemas.use(*unrouted.schema));
  ordered_json out = ordered_json::object();
  for (auto& [status, response] : by_status) out[status] = std::move(response);
  return out;
}

// What one row lets in; none: credentials are not looked at.
std::vector<ordered_json> security_of(const Route& row) {
  if (row.access == Access::kPublic || row.access == Access::kMetricsNetwork) return {};
  const auto scheme = [](const char* name) { return ordered_json{{name, ordered_json::array()}}; };
  if (row.access == Access::kOneTimeToken) return {scheme("bearer")};
  std::vector<ordered_json> security;
  if (row.credentials.bearer) security = {scheme("bearer"), scheme("password")};
  if (row.credentials.basic) security.push_back(scheme("basic"));
  if (row.credentials.cookie) security.push_back(scheme("cookie"));
  return security;
}

ordered_json security_of(const Rows& rows) {
  ordered_json all = ordered_json::array();
  bool some_need_none = false;
  for (const Route* row : rows) {
    const auto security = security_of(*row);
    some_need_none = some_need_none || security.empty();
    for (const ordered_json& way : security) {
      if (std::ranges::find(all, way) == all.end()) all.push_back(way);
    }
  }
  if (some_need_none && !all.empty()) all.insert(all.begin(), ordered_json::object());
  return all;
}

// What tests and operators want to know of a row and OpenAPI has no words for.
ordered_json row_object(const Route& row) {
  ordered_json out{{"dialect", dialect_name(row.dialect)},
                   {"access", access_name(row.access)},
                   {"policy", policy_name(row.policy)},
                   {"limit", limit_name(row.limit.value().by)},
                   {"kind", row.kind == Kind::kCommand ? "command" : "query"}};
  if (!row.bodies.empty()) {
    ordered_json bodies = ordered_json::object();
    for (const Body& body : row.bodies) bodies[std::string(body.content_type)] = reference(*body.schema);
    out["bodies"] = std::move(bodies);
  }
  if (!row.discriminator.member.empty()) out["meant_by"] = row.discriminator.member;
  if (!row.discriminator.without.empty()) out["unless"] = row.discriminator.without;
  return out;
}

ordered_json operation(const Rows& rows, SchemaWriter& schemas) {
  const Route& first = *rows.front();
  std::string summary;
  for (const Route* row : rows) summary.append(summary.empty() ? "" : ". ").append(row->summary);
  ordered_json out{
      {"operationId", first.operation}, {"summary", summary}, {"parameters", parameters_of(first, schemas)}};
  if (!first.bodies.empty()) out["requestBody"] = request_body(rows, schemas);
  out["responses"] = responses_of(rows, summary, schemas);
  out["security"] = security_of(rows);
  ordered_json& table = out["x-ledgate-rows"] = ordered_json::array();
  for (const Route* row : rows) table.push_back(row_object(*row));
  return out;
}

// The operations in the order of the table.
std::vector<Rows> operations() {
  std::vector<Rows> all;
  for (const Route& row : routes()) {
    const auto there = std::ranges::find_if(
        all, [&](const Rows& rows) { return rows[0]->method == row.method && rows[0]->path == row.path; });
    if (there == all.end()) {
      all.push_back({&row});
    } else {
      there->push_back(&row);
    }
  }
  return all;
}

ordered_json shared_parameters() {
  return {{"MinPosition",
           {{"name", "Ledgate-Min-Position"},
            {"in", "header"},
            {"required", false},
            {"description", "Wait until this node has applied that position; 503 when it takes too long."},
            {"schema", {{"type", "integer"}, {"minimum", 0}}}}},
          {"IdempotencyKey",
           {{"name", "Idempotency-Key"},
            {"in", "header"},
            {"required", false},
            {"description", "Makes a retry safe for 24 hours: the recorded outcome is answered again."},
            {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}}}}}};
}

ordered_json security_schemes() {
  return {{"bearer", {{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}}},
          {"basic", {{"type", "http"}, {"scheme", "basic"}}},
          {"password",
           {{"type", "oauth2"},
            {"flows", {{"password", {{"tokenUrl", "/api/v1/auth/token"}, {"scopes", ordered_json::object()}}}}}}},
          {"cookie", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "jwt"}}}};
}

}  // namespace

std::string openapi_document(std::string_view version) {
  SchemaWriter schemas;
  ordered_json paths = ordered_json::object();
  for (const Rows& rows : operations())
    paths[std::string(rows.front()->path)][lower(to_string(rows.front()->method))] = operation(rows, schemas);
  const ordered_json document{{"openapi", "3.1.0"},
                              {"info",
                               {{"title", "Ledgate"},
                                {"version", version},
                                {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
                              {"paths", std::move(paths)},
                              {"components",
                               {{"schemas", std::move(schemas).take()},
                                {"parameters", shared_parameters()},
                                {"securitySchemes", security_schemes()}}}};
  return document.dump();
}

}  // namespace ledgate::api
