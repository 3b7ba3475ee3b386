#include "http/net/timers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

struct fixture {
  http::loop_clock clock{http::clock_origin::now()};
  http::timers timers{clock};
  std::string ran;

  void add(std::chrono::milliseconds delay, char name) {
    timers.add(delay, [this, name] { ran += name; });
  }

  void pass(std::chrono::milliseconds time) {
    std::this_thread::sleep_for(time);
    clock.refresh();
  }
};

}  // namespace

TEST_CASE("timers::next() is the time of the earliest task, and max() without tasks") {
  fixture f;
  CHECK(f.timers.next() == http::steady_clock::time_point::max());
  f.add(5s, 'a');
  CHECK(f.timers.next() == f.clock.now() + 5s);
  f.add(3s, 'b');
  f.add(4s, 'c');
  CHECK(f.timers.next() == f.clock.now() + 3s);
}

TEST_CASE("timers::run() runs due tasks once, in order of time, and leaves the others") {
  fixture f;
  f.add(2ms, 'b');
  f.add(1ms, 'a');
  f.add(2ms, 'c');
  f.add(1h, 'z');
  f.timers.run();
  CHECK(f.ran == "");
  f.pass(3ms);
  f.timers.run();
  CHECK(f.ran == "abc");
  f.timers.run();
  CHECK(f.ran == "abc");
  CHECK(f.timers.next() > f.clock.now() + 59min);
}

TEST_CASE("timers::run() leaves a task that a task adds to the next run()") {
  fixture f;
  f.timers.add(0ms, [&] {
    f.ran += 'a';
    f.add(0ms, 'b');
  });
  f.timers.run();
  CHECK(f.ran == "a");
  f.timers.run();
  CHECK(f.ran == "ab");
}
