#include "process/clock_watch.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>

using process::clock_watch;
using namespace std::chrono_literals;

namespace {

const clock_watch::instant start{counter::time_point{1'700'000'000'000ms}, 5min};

/// `passed` after the start, on a clock that was set `ahead`.
clock_watch::instant after(std::chrono::milliseconds passed, std::chrono::milliseconds ahead) {
  return {start.wall + passed + ahead, start.since_boot + passed};
}

}  // namespace

TEST_CASE("clock_watch::step() is silent while the clock goes on, or is set by a day at most") {
  clock_watch watch{start};
  CHECK(watch.step(start) == std::nullopt);
  CHECK(watch.step(after(1000h, 0ms)) == std::nullopt);
  CHECK(watch.step(after(1001h, 24h)) == std::nullopt);
  CHECK(watch.step(after(1002h, -24h)) == std::nullopt);
}

TEST_CASE("clock_watch::step() reports a clock that was set by more than a day, either way, once") {
  for (const auto ahead : {72h, -72h}) {
    clock_watch watch{start};
    CHECK(watch.step(after(10s, ahead)) == ahead);
    CHECK(watch.step(after(20s, ahead)) == std::nullopt);
    CHECK(watch.step(after(1000h, ahead)) == std::nullopt);
  }
}

TEST_CASE("clock_watch::step() reports at most once an hour, and then the latest step") {
  clock_watch watch{start};
  CHECK(watch.step(after(10s, 72h)) == 72h);
  CHECK(watch.step(after(20s, 0h)) == std::nullopt);
  CHECK(watch.step(after(30s, -72h)) == std::nullopt);
  CHECK(watch.step(after(1h + 9s, -72h)) == std::nullopt);
  CHECK(watch.step(after(1h + 10s, -72h)) == -72h);
}
