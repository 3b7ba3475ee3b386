# Finds prometheus-cpp's core library and defines the target PrometheusCpp::core.
#
# The package's own file for CMake asks for what its HTTP server and client are
# linked with, too. Its headers do not tell its version.

find_path(PROMETHEUS_CPP_INCLUDE_DIR prometheus/text_serializer.h)
find_library(PROMETHEUS_CPP_CORE_LIBRARY prometheus-cpp-core)
if(PROMETHEUS_CPP_CORE_LIBRARY)
  get_filename_component(library ${PROMETHEUS_CPP_CORE_LIBRARY} REALPATH)
  string(REGEX MATCH "[0-9]+\\.[0-9.]+$" PrometheusCpp_VERSION ${library})
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PrometheusCpp
  REQUIRED_VARS PROMETHEUS_CPP_CORE_LIBRARY PROMETHEUS_CPP_INCLUDE_DIR
  VERSION_VAR PrometheusCpp_VERSION)
if(PrometheusCpp_FOUND AND NOT TARGET PrometheusCpp::core)
  add_library(PrometheusCpp::core UNKNOWN IMPORTED)
  set_target_properties(PrometheusCpp::core PROPERTIES
    IMPORTED_LOCATION ${PROMETHEUS_CPP_CORE_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${PROMETHEUS_CPP_INCLUDE_DIR})
endif()
mark_as_advanced(PROMETHEUS_CPP_INCLUDE_DIR PROMETHEUS_CPP_CORE_LIBRARY)
