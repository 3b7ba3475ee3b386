# counterd_find(PACKAGE NEEDED TRIED [what else find_package takes ...])
#
# Finds a package, or ends with one line that says that it is missing or too old.
# Where it is newer than what was tried, in as many parts of its version as TRIED
# has, a line says so, and the build goes on.

macro(counterd_find package needed tried)
  find_package(${package} QUIET ${ARGN})
  counterd_judge(${package} "${${package}_FOUND}" "${${package}_VERSION}" ${needed} ${tried})
endmacro()

function(counterd_judge package found version needed tried)
  # CMake wraps a line unless it begins with a space.
  if(version AND version VERSION_LESS needed)
    message(FATAL_ERROR " ${package} ${version} is too old: ${needed} or newer is needed")
  elseif(NOT found)
    message(FATAL_ERROR
      " ${package} ${needed} or newer is missing, or a part of it: see docs/HACKING.md")
  endif()
  string(REGEX REPLACE "[^.]+" "[^.]+" as_long "${tried}")
  string(REGEX MATCH "^${as_long}" begin "${version}")
  if(begin VERSION_GREATER tried)
    message(STATUS "${package} ${version}: newer than what was tried (${needed} to ${tried})")
  else()
    message(STATUS "${package} ${version}")
  endif()
endfunction()
