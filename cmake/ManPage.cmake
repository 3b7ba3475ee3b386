# Makes a man page of a source in scdoc's language, without the day of the build in it: run by
# -DSCDOC= -DINPUT= -DOUTPUT= -P. Included, it defines man_page(TARGET SOURCE), which makes the page along with
# TARGET and installs it; without scdoc there is none.

if(CMAKE_SCRIPT_MODE_FILE)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env SOURCE_DATE_EPOCH=0 ${SCDOC}
    INPUT_FILE ${INPUT} OUTPUT_VARIABLE PAGE RESULT_VARIABLE STATUS)
  if(NOT STATUS EQUAL 0)
    message(FATAL_ERROR "${INPUT}: scdoc cannot read it")
  endif()
  string(REPLACE " \"1970-01-01\"" " \"\"" PAGE "${PAGE}")
  file(WRITE ${OUTPUT} "${PAGE}")
  return()
endif()

include(GNUInstallDirs)
find_program(SCDOC scdoc)
if(NOT SCDOC)
  message(STATUS "scdoc is missing: there will be no man pages")
endif()

function(man_page PROGRAM SOURCE)
  if(NOT SCDOC)
    return()
  endif()
  cmake_path(GET SOURCE STEM LAST_ONLY PAGE)   # counterd.8
  cmake_path(GET PAGE EXTENSION LAST_ONLY SECTION)
  string(SUBSTRING ${SECTION} 1 -1 SECTION)
  cmake_path(ABSOLUTE_PATH SOURCE)
  set(MADE ${PROJECT_BINARY_DIR}/man/${PAGE})
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/man)
  add_custom_command(OUTPUT ${MADE}
    COMMAND ${CMAKE_COMMAND} -DSCDOC=${SCDOC} -DINPUT=${SOURCE} -DOUTPUT=${MADE}
      -P ${PROJECT_SOURCE_DIR}/cmake/ManPage.cmake
    DEPENDS ${SOURCE} ${PROJECT_SOURCE_DIR}/cmake/ManPage.cmake
    COMMENT "Making ${PAGE}"
    VERBATIM)
  add_custom_target(man_${PAGE} DEPENDS ${MADE})
  add_dependencies(${PROGRAM} man_${PAGE})
  install(FILES ${MADE} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${SECTION})
endfunction()
