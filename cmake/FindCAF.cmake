# Finds the C++ Actor Framework and defines the target CAF::core.
#
# CAF 1.x installs a CMake package of its own, which wins where it is found
# (CMAKE_PREFIX_PATH). Debian's CAF 0.17 has none; its files are looked up here.

find_package(CAF CONFIG QUIET)

if(NOT TARGET CAF::core)
  find_path(CAF_INCLUDE_DIR caf/actor_system.hpp)
  find_library(CAF_CORE_LIBRARY caf_core)
  if(CAF_INCLUDE_DIR)
    file(STRINGS ${CAF_INCLUDE_DIR}/caf/config.hpp version_line REGEX "define CAF_VERSION ")
    # 1706 is 0.17.6.
    string(REGEX REPLACE ".*CAF_VERSION ([0-9]+)([0-9][0-9]).*" "0.\\1.\\2" CAF_VERSION "${version_line}")
    string(REGEX REPLACE "\\.0([0-9])" ".\\1" CAF_VERSION "${CAF_VERSION}")
  endif()
  include(FindPackageHandleStandardArgs)
  find_package_handle_standard_args(CAF
    REQUIRED_VARS CAF_CORE_LIBRARY CAF_INCLUDE_DIR VERSION_VAR CAF_VERSION)
  if(CAF_FOUND AND NOT TARGET CAF::core)
    add_library(CAF::core UNKNOWN IMPORTED)
    set_target_properties(CAF::core PROPERTIES
      IMPORTED_LOCATION ${CAF_CORE_LIBRARY}
      INTERFACE_INCLUDE_DIRECTORIES ${CAF_INCLUDE_DIR})
  endif()
  mark_as_advanced(CAF_INCLUDE_DIR CAF_CORE_LIBRARY)
endif()
