# Finds hiredis and defines the target Hiredis::library.
#
# The versions of its own package for CMake spell its name and its target in several ways.

find_path(HIREDIS_INCLUDE_DIR hiredis/hiredis.h)
find_library(HIREDIS_LIBRARY hiredis)
if(HIREDIS_INCLUDE_DIR)
  foreach(part MAJOR MINOR PATCH)
    file(STRINGS ${HIREDIS_INCLUDE_DIR}/hiredis/hiredis.h line REGEX "define HIREDIS_${part} ")
    string(REGEX REPLACE ".*HIREDIS_${part} ([0-9]+).*" "\\1" HIREDIS_${part} "${line}")
  endforeach()
  set(Hiredis_VERSION ${HIREDIS_MAJOR}.${HIREDIS_MINOR}.${HIREDIS_PATCH})
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Hiredis
  REQUIRED_VARS HIREDIS_LIBRARY HIREDIS_INCLUDE_DIR VERSION_VAR Hiredis_VERSION)
if(Hiredis_FOUND AND NOT TARGET Hiredis::library)
  add_library(Hiredis::library UNKNOWN IMPORTED)
  set_target_properties(Hiredis::library PROPERTIES
    IMPORTED_LOCATION ${HIREDIS_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${HIREDIS_INCLUDE_DIR})
endif()
mark_as_advanced(HIREDIS_INCLUDE_DIR HIREDIS_LIBRARY)
