#define DOCTEST_CONFIG_IMPLEMENT
#include "tests/storage/support/child.hpp"

#include <doctest/doctest.h>

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <string_view>

int main(int argc, char** argv) {
  // Thousands of failures are provoked here; what is logged of them is for whoever
  // looks for one.
  spdlog::set_level(std::getenv("COUNTERD_TEST_LOG") ? spdlog::level::debug : spdlog::level::off);
  if (argc > 1 && argv[1] == std::string_view{"--child"})
    return storage_tests::child_main(argc, argv);
  return doctest::Context{argc, argv}.run();
}
