#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <spdlog/spdlog.h>

#include <cstdlib>

int main(int argc, char** argv) {
  // Thousands of failures are provoked here; what is logged of them is for whoever
  // looks for one.
  spdlog::set_level(std::getenv("COUNTERD_TEST_LOG") ? spdlog::level::debug : spdlog::level::off);
  return doctest::Context{argc, argv}.run();
}
