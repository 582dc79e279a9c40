# The programs of the API pages: two npm packages, pinned by version and hash, embedded in the library, so that a page asks no other host and the
# binary needs no files beside it. What was fetched once is kept in build/downloads. Without a network the pages are left out, loudly; a package
# with another hash is never used.
set(LEDGATE_DOWNLOADS ${CMAKE_SOURCE_DIR}/build/downloads)

# ledgate_npm(<package> <version> <sha512> <destination>): unpacks the package there. Sets LEDGATE_NPM_FOUND.
function(ledgate_npm package version sha512 destination)
  set(archive ${LEDGATE_DOWNLOADS}/${package}-${version}.tgz)
  set(LEDGATE_NPM_FOUND TRUE PARENT_SCOPE)
  if(EXISTS ${destination}/package/package.json)
    return()
  endif()
  if(NOT EXISTS ${archive})
    file(DOWNLOAD https://registry.npmjs.org/${package}/-/${package}-${version}.tgz ${archive}.part STATUS status TIMEOUT 120 INACTIVITY_TIMEOUT 30)
    list(GET status 0 code)
    if(NOT code EQUAL 0)
      file(REMOVE ${archive}.part)
      message(WARNING "${package} ${version} cannot be fetched (${status}): /api/swagger and /api/redoc are left out of this build")
      set(LEDGATE_NPM_FOUND FALSE PARENT_SCOPE)
      return()
    endif()
    file(RENAME ${archive}.part ${archive})
  endif()
  file(SHA512 ${archive} found)
  if(NOT found STREQUAL sha512)
    file(REMOVE ${archive})
    message(FATAL_ERROR "${package} ${version} is not what was reviewed: its SHA-512 is ${found}")
  endif()
  file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${destination})
endfunction()

# ledgate_pages(<target>): adds the embedded files to it (api/service/pages_data.h).
function(ledgate_pages target)
  set(folder ${CMAKE_BINARY_DIR}/pages)
  ledgate_npm(swagger-ui-dist 5.35.0
    534eaba4cb56f55dd73c638179a993512af4674f63317e0826e00da44fc465b021c341bc0a0c2bcd4e18997927fe1d3008336c5dd19aad334d1c2dec53cc9551
    ${folder}/swagger)
  set(has_swagger ${LEDGATE_NPM_FOUND})
  ledgate_npm(redoc 2.5.1
    2e6a80fb80370a6853965186d7dec5d1aad4a660a1ba4023f6495f49dc4d45e993f47af4ef15ebece18abb83c7cc1b37e7db20ac9fb827098e94cee7c4b3c632
    ${folder}/redoc)
  set(files "")
  if(has_swagger AND LEDGATE_NPM_FOUND)
    set(files
      swagger-ui.css text/css ${folder}/swagger/package/swagger-ui.css
      swagger-ui-bundle.js text/javascript ${folder}/swagger/package/swagger-ui-bundle.js
      redoc.standalone.js text/javascript ${folder}/redoc/package/bundles/redoc.standalone.js)
  endif()
  set(assembly "")
  set(symbols "")
  set(rows "")
  set(number 0)
  while(files)
    list(POP_FRONT files name type path)
    math(EXPR number "${number} + 1")
    set(symbol ledgate_page_${number})
    string(APPEND assembly "asm(\".pushsection .rodata\\n.global ${symbol}, ${symbol}_end\\n${symbol}:\\n.incbin \\\"${path}\\\"\\n${symbol}_end:\\n.byte 0\\n.popsection\\n\");\n")
    string(APPEND symbols "extern \"C\" const char ${symbol}[];\nextern \"C\" const char ${symbol}_end[];\n")
    string(APPEND rows "      {.name = \"${name}\", .content_type = \"${type}\", .bytes = {${symbol}, ${symbol}_end}},\n")
  endwhile()
  set(generated ${CMAKE_BINARY_DIR}/api/pages_data.cc)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT "#include \"api/service/pages_data.h\"\n\n${assembly}\n${symbols}
namespace ledgate::api {

std::span<const PageFile> page_files() {
  static const std::vector<PageFile> files{
${rows}  };
  return files;
}

}  // namespace ledgate::api
")
  target_sources(${target} PRIVATE ${generated})
  set_source_files_properties(${generated} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()
