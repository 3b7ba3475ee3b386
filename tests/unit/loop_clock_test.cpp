#include "http/net/loop_clock.hpp"

#include <doctest/doctest.h>

#include <chrono>

using http::clock_origin;
using http::loop_clock;
using namespace std::chrono_literals;

namespace {

counter::time_point system_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

TEST_CASE("clock_origin::now() starts at the wall clock") {
  const auto before = system_now();
  const auto origin = clock_origin::now();
  CHECK(origin.wall >= before);
  CHECK(origin.wall <= system_now());
  const auto later = clock_origin::now(before - 1h);
  CHECK(later.wall >= before);
}

TEST_CASE("clock_origin::now() never starts before the earliest time") {
  const auto reached = system_now() + 10h;
  const auto origin = clock_origin::now(reached);
  CHECK(origin.wall == reached);
  loop_clock clock{origin};
  CHECK(clock.wall() >= reached);
  clock.refresh();
  CHECK(clock.wall() >= reached);
  CHECK(clock.wall() < reached + 1h);
}

TEST_CASE("wall() advances from its origin by the time since boot") {
  const counter::time_point start{1000ms};
  const auto booted = http::since_boot();
  loop_clock clock{{start, booted - 5s}};
  CHECK(clock.wall() >= start + 5s);
  CHECK(clock.wall() < start + 1h);
  const auto before = clock.wall();
  while (http::since_boot() == booted) {
  }
  CHECK(clock.wall() == before);  // the clock is read only by refresh()
  clock.refresh();
  CHECK(clock.wall() > start + 5s);
  CHECK(clock.wall() >= before);
}

TEST_CASE("wall() of two clocks with one origin agrees") {
  const clock_origin origin{counter::time_point{7h}, http::since_boot()};
  const loop_clock first{origin};
  const loop_clock second{origin};
  CHECK(second.wall() - first.wall() >= 0ms);
  CHECK(second.wall() - first.wall() < 1min);
}
