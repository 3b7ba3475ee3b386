#define DOCTEST_CONFIG_IMPLEMENT
#include "tests/storage/support/child.hpp"

#include <doctest/doctest.h>

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <string_view>

#ifdef __SANITIZE_ADDRESS__
/// RocksDB 7.8 forgets the table in memory that it has made when it cannot write to
/// the MANIFEST that a log has ended. Nothing is written any more then.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
const char* __lsan_default_suppressions() {            // NOLINT(bugprone-reserved-identifier)
  return "leak:rocksdb::DBImpl::SwitchMemtable\n";
}
#endif

int main(int argc, char** argv) {
  // Thousands of failures are provoked here; what is logged of them is for whoever
  // looks for one.
  spdlog::set_level(std::getenv("COUNTERD_TEST_LOG") ? spdlog::level::debug : spdlog::level::off);
  if (argc > 1 && argv[1] == std::string_view{"--child"})
    return storage_tests::child_main(argc, argv);
  return doctest::Context{argc, argv}.run();
}
