# What `cmake --install` puts where: what packages have.
include(GNUInstallDirs)
include(ManPage)

install(TARGETS counterd counterctl)
man_page(counterd docs/man/counterd.8.scd)
man_page(counterctl docs/man/counterctl.1.scd)

# What the shells look for, as counterctl itself writes it.
function(install_completion SHELL FOLDER FILE)
  set(MADE ${PROJECT_BINARY_DIR}/completion/${FILE})
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/completion)
  add_custom_command(TARGET counterctl POST_BUILD
    COMMAND counterctl completion ${SHELL} > ${MADE})
  install(FILES ${MADE} DESTINATION ${CMAKE_INSTALL_DATADIR}/${FOLDER})
endfunction()
install_completion(bash bash-completion/completions counterctl)
install_completion(zsh zsh/site-functions _counterctl)
install_completion(fish fish/vendor_completions.d counterctl.fish)

# The unit names the program where it is installed, which --prefix may say.
install(CODE "
  set(CMAKE_INSTALL_BINDIR \"${CMAKE_INSTALL_BINDIR}\")
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_BINDIR BASE_DIRECTORY \"\${CMAKE_INSTALL_PREFIX}\"
    OUTPUT_VARIABLE CMAKE_INSTALL_FULL_BINDIR)
  configure_file(${PROJECT_SOURCE_DIR}/packaging/systemd/counterd.service.in
    ${PROJECT_BINARY_DIR}/counterd.service @ONLY)")
install(FILES ${PROJECT_BINARY_DIR}/counterd.service packaging/systemd/counterd.socket
  DESTINATION lib/systemd/system)
install(FILES packaging/systemd/counterd.sysusers DESTINATION lib/sysusers.d RENAME counterd.conf)
install(FILES packaging/systemd/counterd.toml DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Links between these pages work as in the sources; those to sources do not.
install(FILES README.md CHANGELOG.md CONTRIBUTING.md LICENSE http/api/v1/openapi.json
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
foreach(CLIENT python javascript)
  install(FILES clients/${CLIENT}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/clients/${CLIENT})
endforeach()
file(GLOB LICENCES CONFIGURE_DEPENDS web/vendor/LICENSE.*)
install(FILES ${LICENCES} web/vendor/VERSIONS DESTINATION ${CMAKE_INSTALL_DOCDIR}/web)
