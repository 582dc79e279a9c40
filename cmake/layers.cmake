# ledgate_layer(<name> [PUBLIC <lib>...] [PRIVATE <lib>...])
#
# One static library from every .cc file of this folder and all below it. Adding a file needs no edit here. A precompiled header of the standard
# library and protobuf's runtime is shared by all layers (cmake/pch.h).
function(ledgate_layer name)
  cmake_parse_arguments(arg "" "DIR" "PUBLIC;PRIVATE" ${ARGN})
  if(NOT arg_DIR)
    set(arg_DIR ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${arg_DIR}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  add_library(${name} STATIC ${sources})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_precompile_headers(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.h)
  target_link_libraries(${name} PUBLIC ledgate_flags ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()

# ledgate_protos(<name> PUBLIC <lib>...): a library from every .proto of this folder and all below it; included as "<folder>/<path>.pb.h".
function(ledgate_protos name)
  cmake_parse_arguments(arg "" "" "PUBLIC" ${ARGN})
  file(GLOB_RECURSE protos CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/*.proto)
  list(TRANSFORM protos PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE inputs)
  set(paths --proto_path=${CMAKE_SOURCE_DIR})
  if(next_protos)
    list(PREPEND paths --proto_path=${next_protos})
  endif()
  set(generated "")
  foreach(proto ${protos})
    set(root ${CMAKE_SOURCE_DIR})
    if(next_protos AND EXISTS ${next_protos}/${proto})
      set(root ${next_protos})
    endif()
    string(REGEX REPLACE "\\.proto$" ".pb" out ${CMAKE_BINARY_DIR}/${proto})
    add_custom_command(
      OUTPUT ${out}.cc ${out}.h
      COMMAND protobuf::protoc ${paths} --cpp_out=${CMAKE_BINARY_DIR} ${root}/${proto}
      DEPENDS ${inputs}
      VERBATIM)
    list(APPEND generated ${out}.cc)
  endforeach()
  add_library(${name} STATIC ${generated})
  target_include_directories(${name} SYSTEM PUBLIC ${CMAKE_BINARY_DIR})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${arg_PUBLIC})
endfunction()
