#include "config/unused_memory.hpp"
#include "tests/unit/options_support.hpp"
#include "tests/unit/seed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include <sys/resource.h>

using config::unused_memory;
using unit::accepted;

namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

/// Lowers a soft limit of this process during its lifetime.
class soft_limit {
public:
  soft_limit(__rlimit_resource resource, std::uint64_t bytes) : resource_(resource) {
    REQUIRE(::getrlimit(resource_, &before_) == 0);
    const rlimit limit{bytes, before_.rlim_max};
    REQUIRE(::setrlimit(resource_, &limit) == 0);
  }
  ~soft_limit() { ::setrlimit(resource_, &before_); }
  soft_limit(const soft_limit&) = delete;
  soft_limit& operator=(const soft_limit&) = delete;

private:
  __rlimit_resource resource_;
  rlimit before_{};
};

/// Returns whether the process may have limits for a test.
bool can_limit() {
  if (unit::is_sanitized)
    MESSAGE("a sanitizer takes terabytes of addresses: not tested");
  return !unit::is_sanitized && unused_memory(0) == UINT64_MAX;
}

/// The heap may grow between two looks.
bool is_near(std::uint64_t left, std::uint64_t right) {
  return std::max(left, right) - std::min(left, right) < 4 * mebibyte;
}

bool warns_of_memory(const config::options& options) {
  return options.storage.memory_warning.find("limits of this process leave") != std::string::npos;
}

}  // namespace

TEST_CASE("unused_memory() is what a limit leaves beside the process and its threads") {
  if (!can_limit())
    return;
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
    const soft_limit limit{resource, 1024 * mebibyte};
    const auto alone = unused_memory(0);
    CHECK(alone < 1024 * mebibyte);
    CHECK(alone > 512 * mebibyte);
    const auto one = alone - unused_memory(1);
    CHECK(one < alone);
    CHECK(one > 0);
    CHECK(is_near(alone - unused_memory(10), 10 * one));
    CHECK(unused_memory(1'000'000) == 0);
    const soft_limit less{resource, 512 * mebibyte};
    CHECK(is_near(alone - unused_memory(0), 512 * mebibyte));
  }
}

TEST_CASE("parse_options() takes a part of unused_memory() for --memory by default") {
  if (!can_limit())
    return;
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
    const soft_limit limit{resource, 1024 * mebibyte};
    const auto given = accepted({"--threads", "1"});
    CHECK(is_near(given.storage.memory, unused_memory(config::threads_of(given)) / 2));
    CHECK_FALSE(warns_of_memory(given));
    const auto stored = accepted({"--threads", "1", "--data", "d"});
    CHECK(is_near(stored.storage.memory, unused_memory(config::threads_of(stored)) / 4));
    CHECK_FALSE(warns_of_memory(stored));
  }
}

TEST_CASE("parse_options() warns of a --memory for which the limits leave too little") {
  if (!can_limit())
    return;
  CHECK_FALSE(warns_of_memory(accepted({"--memory", "1T"})));
  const soft_limit limit{RLIMIT_AS, 1024 * mebibyte};
  CHECK(warns_of_memory(accepted({"--memory", "900M"})));
  CHECK(warns_of_memory(accepted({"--memory", "900M", "--data", "d"})));
  CHECK_FALSE(warns_of_memory(accepted({"--threads", "1", "--memory", "100M"})));
  // The default cannot be less than its minimum.
  const auto given = accepted({"--threads", "1000"});
  CHECK(given.storage.memory == 16 * mebibyte);
  CHECK(warns_of_memory(given));
}
