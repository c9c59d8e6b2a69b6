# Finds Arrow C++ and Parquet: a system installation when there is one, else the libraries inside the
# pyarrow wheel that scripts/get_arrow.sh unpacks into .deps/arrow (they carry the headers, but neither
# CMake files nor unversioned .so names). Defines Arrow::arrow and Arrow::parquet.

find_package(Arrow CONFIG QUIET NO_MODULE)
find_package(Parquet CONFIG QUIET NO_MODULE)
if(TARGET Arrow::arrow_shared AND TARGET Parquet::parquet_shared)
  add_library(Arrow::arrow ALIAS Arrow::arrow_shared)
  add_library(Arrow::parquet ALIAS Parquet::parquet_shared)
  set(Arrow_FOUND TRUE)
  return()
endif()

set(_arrow_root ${PROJECT_SOURCE_DIR}/.deps/arrow/pyarrow)
find_path(Arrow_INCLUDE_DIR arrow/api.h PATHS ${_arrow_root}/include NO_DEFAULT_PATH)
file(GLOB Arrow_LIBRARY ${_arrow_root}/libarrow.so.[0-9]*)
file(GLOB Parquet_LIBRARY ${_arrow_root}/libparquet.so.[0-9]*)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Arrow
  REQUIRED_VARS Arrow_LIBRARY Parquet_LIBRARY Arrow_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run ./run.sh --setup-only, which unpacks Arrow into .deps/arrow")

if(Arrow_FOUND AND NOT TARGET Arrow::arrow)
  add_library(Arrow::arrow SHARED IMPORTED)
  set_target_properties(Arrow::arrow PROPERTIES IMPORTED_LOCATION ${Arrow_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${Arrow_INCLUDE_DIR})
  add_library(Arrow::parquet SHARED IMPORTED)
  set_target_properties(Arrow::parquet PROPERTIES IMPORTED_LOCATION ${Parquet_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${Arrow_INCLUDE_DIR} INTERFACE_LINK_LIBRARIES Arrow::arrow)

  # Parquet of the wheel carries an OpenSSL and shows its names to everybody: to us, libssl and libcurl.
  # The system's, which gets its updates, has to come first. Parquet wants its own for encrypted files
  # only, of which there are none here.
  find_package(OpenSSL REQUIRED)
  set_property(TARGET Arrow::parquet PROPERTY INTERFACE_LINK_OPTIONS
    "SHELL:-Wl,--push-state,--no-as-needed ${OPENSSL_CRYPTO_LIBRARY} -Wl,--pop-state")

  # A checkout that is moved as a whole still finds the libraries: from the program and from bin/.
  foreach(_folder ${CMAKE_BINARY_DIR} ${CMAKE_BINARY_DIR}/bin)
    file(RELATIVE_PATH _way ${_folder} ${_arrow_root})
    list(APPEND CMAKE_BUILD_RPATH $ORIGIN/${_way})
  endforeach()
endif()
