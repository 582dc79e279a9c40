# Compiler, linker and warning flags that every target of this repository shares.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Without this sloppiness ccache takes nothing that was compiled with a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  else()
    add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_library(ledgate_flags INTERFACE)
target_compile_features(ledgate_flags INTERFACE cxx_std_20)
target_include_directories(ledgate_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
target_compile_options(ledgate_flags INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wconversion -Wsuggest-override -Wnon-virtual-dtor
  -Werror=switch -Werror=return-type -Wno-missing-field-initializers
  -fno-omit-frame-pointer -fstack-protector-strong)
# GCC 12 sees overflows and uninitialised members that are not there once it has inlined strings, optionals and expecteds (PR 105329, 105593,
# 105762).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(ledgate_flags INTERFACE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized)
endif()
# Locks (projections/ports/mutex.h).
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(ledgate_flags INTERFACE -Wthread-safety)
endif()
target_compile_definitions(ledgate_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(ledgate_flags INTERFACE -Wl,-z,relro,-z,now)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(ledgate_flags INTERFACE _FORTIFY_SOURCE=2)
endif()

if(LEDGATE_SANITIZE)
  add_compile_options(-fsanitize=${LEDGATE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LEDGATE_SANITIZE})
endif()
if(LEDGATE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
