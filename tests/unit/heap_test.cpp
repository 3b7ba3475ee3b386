#include "process/heap.hpp"

#include <doctest/doctest.h>

#include <chrono>

using process::idle_trim;
using namespace std::chrono_literals;

TEST_CASE("idle_trim::step() returns true once when the process has nothing to do") {
  idle_trim trim{{100s, 5s}};
  // A tenth of a processor, and a hundredth.
  CHECK_FALSE(trim.step({110s, 6s}));
  CHECK_FALSE(trim.step({120s, 6100ms}));
  CHECK(trim.step({130s, 6199ms}));
  CHECK_FALSE(trim.step({140s, 6200ms}));
  CHECK_FALSE(trim.step({150s, 6200ms}));
  // Again after the next time of activity.
  CHECK_FALSE(trim.step({160s, 8s}));
  CHECK(trim.step({170s, 8s}));
  CHECK_FALSE(trim.step({180s, 8s}));
}

TEST_CASE("idle_trim::step() returns true if the process was idle from the start") {
  idle_trim trim{{100s, 5s}};
  CHECK(trim.step({110s, 5s}));
}
