#include "process/heap.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>

using process::idle_trim;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

}  // namespace

TEST_CASE("idle_trim::step() returns true once when the process has nothing to do") {
  idle_trim trim{{100s, 5s, 10 * mib}};
  // A tenth of a processor, and a hundredth.
  CHECK_FALSE(trim.step({110s, 6s, 10 * mib}));
  CHECK_FALSE(trim.step({120s, 6100ms, 10 * mib}));
  CHECK(trim.step({130s, 6199ms, 10 * mib}));
  CHECK_FALSE(trim.step({140s, 6200ms, 10 * mib}));
  CHECK_FALSE(trim.step({150s, 6200ms, 10 * mib}));
  // Again after the next time of activity.
  CHECK_FALSE(trim.step({160s, 8s, 10 * mib}));
  CHECK(trim.step({170s, 8s, 10 * mib}));
  CHECK_FALSE(trim.step({180s, 8s, 10 * mib}));
}

TEST_CASE("idle_trim::step() returns true if the process was idle from the start") {
  idle_trim trim{{100s, 5s, 10 * mib}};
  CHECK(trim.step({110s, 5s, 10 * mib}));
}

TEST_CASE("idle_trim::step() returns true under a light load if much more is resident") {
  idle_trim trim{{100s, 5s, 10 * mib}};
  // A fifth of a processor.
  CHECK_FALSE(trim.step({110s, 7s, 41 * mib}));
  CHECK(trim.step({120s, 9s, 42 * mib}));
  trim.trimmed(30 * mib);
  CHECK_FALSE(trim.step({130s, 11s, 61 * mib}));
  CHECK(trim.step({140s, 13s, 62 * mib}));
  trim.trimmed(62 * mib);
  CHECK_FALSE(trim.step({150s, 15s, 62 * mib}));
  // A quarter.
  CHECK_FALSE(trim.step({160s, 17500ms, 200 * mib}));
  CHECK(trim.step({170s, 19s, 200 * mib}));
}
