#include "process/heap.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>

using process::idle_trim;
using namespace std::chrono_literals;

namespace {

using load = idle_trim::load;

constexpr std::int64_t kib = 1 << 10, mib = 1 << 20;

}  // namespace

TEST_CASE("idle_trim::load_since_last() compares processor time with the time that has elapsed") {
  idle_trim trim{{100s, 5s}};
  CHECK(trim.load_since_last({110s, 7500ms}) == load::heavy);
  CHECK(trim.load_since_last({120s, 9999ms}) == load::light);
  CHECK(trim.load_since_last({130s, 10099ms}) == load::light);
  CHECK(trim.load_since_last({140s, 10198ms}) == load::none);
  CHECK(trim.load_since_last({150s, 10198ms}) == load::none);
}

TEST_CASE("idle_trim::is_worth() returns true for a MiB without load, and for 32 if it is light") {
  idle_trim trim{{100s, 5s}};
  trim.trimmed(10 * mib);
  CHECK_FALSE(trim.is_worth(load::none, 11 * mib - 1));
  CHECK(trim.is_worth(load::none, 11 * mib));
  CHECK_FALSE(trim.is_worth(load::light, 42 * mib - 1));
  CHECK(trim.is_worth(load::light, 42 * mib));
}

TEST_CASE("idle_trim::is_worth() compares with the least that was unused since the last trim") {
  idle_trim trim{{100s, 5s}};
  // What a trim cannot give back.
  trim.trimmed(60 * mib);
  CHECK_FALSE(trim.is_worth(load::none, 60 * mib + kib));
  // Allocated again, and freed.
  CHECK_FALSE(trim.is_worth(load::light, -5 * mib));
  CHECK(trim.is_worth(load::light, 27 * mib));
  trim.trimmed(-5 * mib);
  CHECK_FALSE(trim.is_worth(load::none, -5 * mib));
}
