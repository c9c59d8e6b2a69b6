# A room is one static library under src/<name>/, linked only to the rooms below it. The link lines
# are how the dependency rule of docs/architecture.md is kept: a header of a room that is not linked
# (directly or through one that is) still compiles, but its symbols do not link.

# marquee_room(<name> SOURCES a.cc ... [LINKS core ...])
function(marquee_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(marquee_${name} STATIC ${ARG_SOURCES})
  target_include_directories(marquee_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(marquee_${name} PUBLIC marquee_options ${ARG_LINKS})
  target_precompile_headers(marquee_${name} REUSE_FROM marquee_pch)
endfunction()

# marquee_test(<room> SOURCES a_test.cc ... [LINKS marquee_core ...] [LABEL unit]
#   [PROPERTIES name value ...])
# One test binary a room; every TEST in it is a ctest test of its own under LABEL, with these
# properties.
function(marquee_test room)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;LINKS;PROPERTIES" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set(target ${room}_${ARG_LABEL}_test)
  add_executable(${target} ${ARG_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE ${ARG_LINKS} marquee_options GTest::gmock GTest::gtest_main)
  target_precompile_headers(${target} REUSE_FROM marquee_pch)
  target_compile_definitions(${target} PRIVATE
    MARQUEE_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/data"
    MARQUEE_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    MARQUEE_BINARY="$<TARGET_FILE:marquee>")
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} ${ARG_PROPERTIES})
endfunction()
