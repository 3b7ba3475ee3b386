# Finds RocksDB's shared library and defines the target RocksDB::library.
#
# Debian's own package for CMake asks for everything that a static library would
# be linked with.

find_path(ROCKSDB_INCLUDE_DIR rocksdb/version.h)
find_library(ROCKSDB_LIBRARY rocksdb)
if(ROCKSDB_INCLUDE_DIR)
  foreach(part MAJOR MINOR PATCH)
    file(STRINGS ${ROCKSDB_INCLUDE_DIR}/rocksdb/version.h line REGEX "define ROCKSDB_${part} ")
    string(REGEX REPLACE ".*ROCKSDB_${part} ([0-9]+).*" "\\1" ROCKSDB_${part} "${line}")
  endforeach()
  set(RocksDB_VERSION ${ROCKSDB_MAJOR}.${ROCKSDB_MINOR}.${ROCKSDB_PATCH})
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(RocksDB
  REQUIRED_VARS ROCKSDB_LIBRARY ROCKSDB_INCLUDE_DIR VERSION_VAR RocksDB_VERSION)
if(RocksDB_FOUND AND NOT TARGET RocksDB::library)
  add_library(RocksDB::library UNKNOWN IMPORTED)
  set_target_properties(RocksDB::library PROPERTIES
    IMPORTED_LOCATION ${ROCKSDB_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${ROCKSDB_INCLUDE_DIR})
endif()
mark_as_advanced(ROCKSDB_INCLUDE_DIR ROCKSDB_LIBRARY)
