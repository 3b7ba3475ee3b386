#define DOCTEST_CONFIG_IMPLEMENT
#include "tests/storage/support/child.hpp"

#include <doctest/doctest.h>

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <string_view>

int main(int argc, char** argv) {
  // The tests provoke thousands of failures; COUNTERD_TEST_LOG=1 shows what is logged.
  spdlog::set_level(std::getenv("COUNTERD_TEST_LOG") ? spdlog::level::debug : spdlog::level::off);
  if (argc > 1 && argv[1] == std::string_view{"--child"})
    return storage_tests::child_main(argc, argv);
  return doctest::Context{argc, argv}.run();
}
