#include "http/server/server.hpp"
#include "tests/server/support/client.hpp"
#include "tests/stub_store.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// Refuses batches at once and records their times.
class early_store final : public stub_store {
public:
  explicit early_store(counter::time_point start) : stub_store({.start = start}) {}

  void submit(std::span<std::unique_ptr<counter::batch>> pass) override {
    auto& batch = pass[0];
    {
      const std::lock_guard lock{mutex_};
      times_.push_back(batch->now());
    }
    batch->refuse(counter::outcome::draining);
    auto& origin = batch->origin();
    origin.complete(std::move(batch));
  }

  std::vector<counter::time_point> times() {
    const std::lock_guard lock{mutex_};
    return times_;
  }

private:
  std::mutex mutex_;
  std::vector<counter::time_point> times_;
};

/// Returns the times of the batches of 20 requests, over several loops.
std::vector<counter::time_point> times_of(early_store& store) {
  const counter::limits limits;
  http::server server{"1.2.3", limits, {}, 2, store};
  const auto address = server.listen(http::audience::clients, "127.0.0.1", "0").at(0);
  server.start();
  for (int i = 0; i < 20; ++i)
    CHECK(support::client{address}.ask(support::get_request("/inc?name=x")).status == 503);
  server.stop();
  return store.times();
}

}  // namespace

TEST_CASE("a server stamps batches with the clock's time") {
  early_store store{{}};
  const auto before = std::chrono::system_clock::now();
  const auto times = times_of(store);
  REQUIRE(times.size() >= 20);
  for (const auto time : times) {
    CHECK(time >= before - 1min);
    CHECK(time < before + 1h);
  }
}

TEST_CASE("a server stamps batches with the store's start if the clock is behind, on every loop") {
  const auto start = std::chrono::time_point_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now() + 1000h);
  early_store store{start};
  const auto times = times_of(store);
  REQUIRE(times.size() >= 20);
  for (const auto time : times) {
    CHECK(time >= start);
    CHECK(time < start + 1h);
  }
}
