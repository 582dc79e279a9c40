#include "api/service/pages.h"

#include "api/answer/envelope.h"
#include "api/service/openapi.h"
#include "api/service/pages_data.h"

#include <algorithm>
#include <array>

namespace ledgate::api::service {
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

}  // namespace

Answer handle_schema(const ApiContext& context, Call&) {
  if (!context.settings.debug) return refuse_with(ErrorCode::kRouteNotFound);
  return Response{.body = openapi_document(context.settings.version)};
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

}  // namespace ledgate::api::service
