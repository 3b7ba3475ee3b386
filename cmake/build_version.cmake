# Says which version of the sources this is: `cmake -P cmake/build_version.cmake` prints it, and with
# -DOUTPUT=FILE.cpp it becomes a source file, which is written only when it changes.
#
# project() in CMakeLists.txt has the number. Between releases git adds how many commits there are, and
# which is the last, in a way that Debian's packages sort by, too:
#
#   0.1.0~57.g17077ed   on the way to 0.1.0: 57 commits since the release before, or the first commit
#   0.1.0               the tag v0.1.0; and sources without git, as in an archive
#   0.1.0+3.g2718281    three commits after it, until project() has the next number
#   ... .edited         with changes that are not committed
#
# -DGIVEN=VERSION replaces all of this: for who builds from an archive and knows.
get_filename_component(SOURCE "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)

function(ask_git RESULT)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env GIT_OPTIONAL_LOCKS=0 git -C ${SOURCE} ${ARGN}
    OUTPUT_VARIABLE ANSWER OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE STATUS)
  if(NOT STATUS EQUAL 0)
    set(ANSWER "")
  endif()
  set(${RESULT} "${ANSWER}" PARENT_SCOPE)
endfunction()

file(STRINGS ${SOURCE}/CMakeLists.txt PROJECT REGEX "^project\\(counterd VERSION [0-9.]+")
string(REGEX REPLACE "^.*VERSION ([0-9.]+).*" "\\1" VERSION "${PROJECT}")

if(GIVEN)
  set(VERSION "${GIVEN}")
elseif(EXISTS ${SOURCE}/.git) # not the repository that an archive was unpacked in
  ask_git(COMMIT rev-parse --short=7 HEAD)
  ask_git(TAG describe --tags --abbrev=0 --match "v[0-9]*")
  set(SIGN "~")
  set(RANGE HEAD)
  if(TAG)
    set(RANGE ${TAG}..HEAD)
    if(TAG STREQUAL "v${VERSION}")
      set(SIGN "+")
    endif()
  endif()
  ask_git(COUNT rev-list --count ${RANGE})
  ask_git(EDITED status --porcelain --untracked-files=no)
  if(COMMIT AND NOT (SIGN STREQUAL "+" AND COUNT EQUAL 0))
    string(APPEND VERSION "${SIGN}${COUNT}.g${COMMIT}")
  endif()
  if(EDITED)
    string(APPEND VERSION ".edited")
  endif()
endif()

if(NOT OUTPUT)
  execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${VERSION}")
  return()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "counter/build_version.hpp"

std::string_view counter::build_version() { return "@VERSION@"; }
]])
