#include "api/native/pages.h"

#include "api/answer/envelope.h"
#include "api/native/problem.h"
#include "api/service/openapi.h"
#include "api/service/pages_data.h"

#include <algorithm>
#include <array>

namespace ledgate::api::native {
namespace {

constexpr std::string_view kSwaggerPage = R"(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Ledgate API</title><link rel="stylesheet" href="/api/pages/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/api/pages/swagger-ui-bundle.js"></script><script src="/api/pages/swagger-init.js"></script></body>
</html>
)";
constexpr std::string_view kRedocPage = R"(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Ledgate API</title></head>
<body><div id="redoc"></div>
<script src="/api/pages/redoc.standalone.js"></script><script src="/api/pages/redoc-init.js"></script></body>
</html>
)";

// A policy without inline scripts asks for files of our own to start the programs.
constexpr std::array kStarters{
    PageFile{.name = "swagger-init.js",
             .content_type = "text/javascript",
             .bytes = "SwaggerUIBundle({url: '/api/schema', dom_id: '#swagger-ui', validatorUrl: null});\n"},
    PageFile{.name = "redoc-init.js",
             .content_type = "text/javascript",
             .bytes = "Redoc.init('/api/schema', {}, document.getElementById('redoc'));\n"},
};

// Both programs write styles into the page; Redoc searches in a worker made of a blob.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' "
    "data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

Answer page(const ApiContext& context, std::string_view html) {
  if (!context.settings.debug || page_files().empty()) return refuse_with(ErrorCode::kRouteNotFound);
  Response response{.content_type = "text/html; charset=utf-8", .body = std::string(html)};
  return response.with("Content-Security-Policy", std::string(kPolicy)).with("Referrer-Policy", "no-referrer");
}

Response show_file(const PageFile& file) {
  Response response{.content_type = std::string(file.content_type) + "; charset=utf-8",
                    .body = std::string(file.bytes)};
  return response.with("Cache-Control", "public, max-age=3600").with("Content-Security-Policy", std::string(kPolicy));
}

constexpr std::array kSchemaShown{Success{200, nullptr}};
constexpr std::array kPageShown{Success{200, nullptr, "text/html"}};
constexpr std::array kFileShown{Success{200, nullptr, "text/javascript"}, Success{200, nullptr, "text/css"}};
constexpr std::array kHiddenErrors{ErrorCode::kRouteNotFound};

constexpr Route shown(std::string_view path, std::string_view operation, std::string_view summary,
                      std::span<const Success> successes, Answer (*handler)(const ApiContext&, Call&)) {
  return {.method = Method::kGet,
          .path = path,
          .operation = operation,
          .summary = summary,
          .access = Access::kPublic,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .successes = successes,
          .errors = kHiddenErrors,
          .envelope = &kProblem,
          .handler = handler};
}

constexpr std::string_view kSchema = "This document; with debug only";
constexpr std::string_view kSwagger = "This document in Swagger UI; with debug only";
constexpr std::string_view kRedoc = "This document in Redoc; with debug only";

constexpr std::array kRoutes{
    shown("/api/schema", "schema", kSchema, kSchemaShown, handle_schema),
    shown("/api/schema/", "schema_slash", kSchema, kSchemaShown, handle_schema),
    shown("/api/swagger", "swagger", kSwagger, kPageShown, handle_swagger),
    shown("/api/swagger/", "swagger_slash", kSwagger, kPageShown, handle_swagger),
    shown("/api/redoc", "redoc", kRedoc, kPageShown, handle_redoc),
    shown("/api/redoc/", "redoc_slash", kRedoc, kPageShown, handle_redoc),
    shown("/api/pages/{file}", "page_file", "A file of the two pages; with debug only", kFileShown, handle_page_file),
};

}  // namespace

std::span<const Route> page_routes() { return kRoutes; }

Answer handle_schema(const ApiContext& context, Call&) {
  if (!context.settings.debug) return refuse_with(ErrorCode::kRouteNotFound);
  return json_response(200, openapi_document(context.settings.version));
}

Answer handle_swagger(const ApiContext& context, Call&) { return page(context, kSwaggerPage); }
Answer handle_redoc(const ApiContext& context, Call&) { return page(context, kRedocPage); }

Answer handle_page_file(const ApiContext& context, Call& call) {
  if (!context.settings.debug) return refuse_with(ErrorCode::kRouteNotFound);
  const auto files = page_files();
  for (const std::span<const PageFile> some : {files, std::span<const PageFile>(kStarters)}) {
    const auto found = std::ranges::find(some, call.parameter, &PageFile::name);
    if (found != some.end()) return show_file(*found);
  }
  return refuse_with(ErrorCode::kRouteNotFound);
}

}  // namespace ledgate::api::native
