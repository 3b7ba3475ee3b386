#include "process/bounded_call.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <thread>

using process::call_within;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("call_within() returns true when the call has returned") {
  bool was_called = false;
  CHECK(call_within(seconds{60}, [&was_called] { was_called = true; }));
  CHECK(was_called);
}

TEST_CASE("call_within() leaves a bounded number of calls behind, and drops others") {
  const auto release = std::make_shared<std::promise<void>>();
  const auto released = release->get_future().share();
  int left_behind = 0;
  while (left_behind < 100 && call_within(milliseconds{1}, [released] { released.wait(); }))
    ++left_behind;
  CHECK(left_behind == 5);
  release->set_value();
  const auto end = std::chrono::steady_clock::now() + seconds{60};
  bool was_called = false;
  while (!was_called && std::chrono::steady_clock::now() < end) {
    was_called = call_within(seconds{60}, [] {});
    std::this_thread::sleep_for(milliseconds{1});
  }
  CHECK(was_called);
}
