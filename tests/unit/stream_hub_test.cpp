#include "http/api/live/stream_hub.hpp"

#include "http/api/v1/event_text.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using counter::outcome;
using http::live::event_stream;
using http::live::stream_hub;
using namespace std::chrono_literals;

namespace {

/// Runs tasks and timers when the test says so.
class manual_loop final : public counter::event_loop {
public:
  void post(std::function<void()> task) override { tasks.push_back(std::move(task)); }
  void wake() noexcept override {}
  void post_after(std::chrono::milliseconds delay, std::function<void()> task) override {
    timers.emplace_back(delay, std::move(task));
  }
  bool is_here() const noexcept override { return true; }
  pass_time begin_pass() noexcept override { return {wall(), std::chrono::steady_clock::now()}; }

  void run_tasks() {
    for (auto& task : std::exchange(tasks, {}))
      task();
  }

  /// Waits for the timers that a short interval is for. Returns false if there are none.
  bool run_short_timers() {
    bool have_run = false;
    for (auto& [delay, task] : std::exchange(timers, {})) {
      if (delay >= 500ms) {
        timers.emplace_back(delay, std::move(task));
        continue;
      }
      std::this_thread::sleep_for(delay);
      task();
      have_run = true;
    }
    return have_run;
  }

  std::vector<std::function<void()>> tasks;
  std::vector<std::pair<std::chrono::milliseconds, std::function<void()>>> timers;
};

/// Replies to reads when the test says so.
class manual_store final : public counter::store, public counter::submitter {
public:
  const counter::store_traits& traits() const noexcept override { return traits_; }
  counter::health health() const noexcept override { return counter::health::good; }
  counter::usage usage() const noexcept override { return {}; }
  counter::store_statistics statistics() const override { return {}; }
  const counter::placement& placement() const noexcept override { return placement_; }
  const counter::mailbox_layout& layout() const noexcept override { return layout_; }
  connection connect(counter::event_loop&) override { return {*this, false}; }
  void submit(std::span<std::unique_ptr<counter::batch>> pass) override {
    if (pass[0])
      submitted_.push_back(std::move(pass[0]));
  }

  /// Replies to all reads. Returns how many there were.
  std::size_t reply() {
    std::size_t reads = 0;
    for (auto& batch : std::exchange(submitted_, {})) {
      for (std::size_t i = 0; i < batch->size(); ++i) {
        const auto& name = batch->full_command_at(i)->name;
        const auto found = counters.find(name);
        counter::full_reply reply{refusal};
        if (refusal == outcome::ok && found == counters.end())
          reply.outcome = outcome::not_found;
        else if (refusal == outcome::ok)
          reply.after = reply.before = found->second;
        batch->complete_full(i, reply);
        ++reads;
      }
      auto& origin = batch->origin();
      origin.complete(std::move(batch));
    }
    return reads;
  }

  std::map<std::string, counter::state> counters;
  outcome refusal = outcome::ok;

private:
  counter::store_traits traits_{};
  counter::placement placement_{1, {1, 2}};
  counter::mailbox_layout layout_ = counter::mailbox_layout::of_shards(1);
  std::vector<std::unique_ptr<counter::batch>> submitted_;
};

struct scene {
  explicit scene(std::chrono::milliseconds interval) { limits.events_interval = interval; }

  counter::limits limits;
  manual_loop loop;
  manual_store store;
  counter::change_watch watch;
  http::live::stream_budget budget{1000, 1000};
  metrics::tally events;
  counter::store_client client{loop, store, &watch};
  boost::intrusive_ptr<stream_hub> hub{
      new stream_hub{limits, loop, store, client, watch, budget, events}};
  std::time_t second = 0;
  http::date date{second};

  /// Replies to reads, and to those that follow, until there is none. Returns how many there were.
  std::size_t settle() {
    std::size_t reads = 0;
    for (bool goes_on = true; goes_on;) {
      loop.run_tasks();
      const auto some = store.reply();
      // A timer may only set another one.
      goes_on = some > 0 || loop.run_short_timers();
      reads += some;
      const counter::store_client::pass pass{client};
    }
    return reads;
  }

  void change(const std::string& name, std::int64_t value) {
    auto& state = store.counters[name];
    state.value = value;
    ++state.version;
    watch.report(store.placement().of(name).hash);
  }
};

/// A stream, and the values that its client has been told.
class follower final : public http::live::event_writer {
public:
  follower(scene& at, const std::vector<std::string>& names) : pipeline_(at.limits, at.date) {
    REQUIRE(at.hub->take_room(names.size()));
    pipeline_.feed("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(pipeline_.next_request() != nullptr);
    const auto slot = pipeline_.slot();
    pipeline_.close_after_newest();
    pipeline_.hold_until_complete(slot);
    pipeline_.begin(slot, {.type = http::v1::event_stream_type});
    const counter::store_client::pass pass{at.client};
    stream = std::make_unique<event_stream>(*at.hub, pipeline_, slot, *this, names, std::nullopt);
    read();
    told.clear();
  }

  void on_event() override {
    if (reads)
      read();
  }

  /// Reads all that there is to read.
  void read() {
    stream->write();
    while (!pipeline_.output().empty()) {
      told += pipeline_.output();
      pipeline_.consume_output(pipeline_.output().size());
      stream->write();
    }
  }

  int events() const {
    int count = 0;
    for (auto at = told.find("data:"); at != told.npos; at = told.find("data:", at + 1))
      ++count;
    return count;
  }
  bool knows(std::int64_t value) const {
    const auto last = told.rfind("data: ");
    return last != told.npos &&
           told.find("\"value\":" + std::to_string(value) + ",", last) != told.npos;
  }

  std::string told;
  bool reads = true;
  std::unique_ptr<event_stream> stream;

private:
  http::pipeline pipeline_;
};

}  // namespace

TEST_CASE("a stream is told the state, and each change, by a read of its own") {
  scene at{0ms};
  at.change("x", 1);
  follower stream{at, {"x"}};
  CHECK(at.settle() == 1);
  CHECK(stream.knows(1));
  for (int i = 2; i < 5; ++i) {
    at.change("x", i);
    CHECK(at.settle() == 1);
    CHECK(stream.knows(i));
    CHECK(stream.events() == i);
  }
  // A hint that was none.
  at.watch.report(at.store.placement().of("x").hash);
  CHECK(at.settle() == 1);
  CHECK(stream.events() == 4);
  at.change("y", 1);
  CHECK(at.settle() == 0);
}

TEST_CASE("the interval is kept for those who wait, and not for those who come") {
  scene at{1h};
  at.change("x", 1);
  follower first{at, {"x"}};
  at.settle();
  at.change("x", 2);
  CHECK(at.settle() == 0);
  REQUIRE(at.loop.timers.size() == 1);
  CHECK(at.loop.timers[0].first > 59min);
  for (int i = 0; i < 3; ++i) {
    at.change("x", 3 + i);
    follower next{at, {"x"}};
    CHECK(at.settle() == 1);
    CHECK(next.knows(3 + i));
  }
  CHECK(first.events() == 1);
  CHECK(first.knows(1));
}

TEST_CASE("a stream that comes while its counter is read is told a later state") {
  scene at{0ms};
  at.change("x", 1);
  follower first{at, {"x"}};
  at.loop.run_tasks();
  at.store.reply();  // has been carried out, and not come home
  at.change("x", 2);
  follower second{at, {"x"}};
  at.settle();
  CHECK(second.knows(2));
  CHECK(second.events() == 1);
  CHECK(first.knows(2));
}

TEST_CASE("a stream that is not read is told the latest state when it is") {
  scene at{0ms};
  at.change("x", 1);
  follower stream{at, {"x", "y"}};
  at.settle();
  CHECK(stream.events() == 2);  // y is gone
  stream.reads = false;
  for (int i = 2; i < 100; ++i) {
    at.change("x", i);
    at.settle();
  }
  stream.read();
  CHECK(stream.events() == 3);
  CHECK(stream.knows(99));
}

TEST_CASE("a read that fails is tried again, and tells nothing") {
  scene at{0ms};
  at.store.refusal = outcome::unavailable;
  follower stream{at, {"x"}};
  CHECK(at.settle() == 1);
  CHECK(stream.events() == 0);
  REQUIRE(at.loop.timers.size() == 1);
  CHECK(at.loop.timers[0].first <= counter::limits::watched_read_pause);
  CHECK(at.loop.timers[0].first > 500ms);
  // A stream that comes meanwhile does not wait for that.
  at.store.refusal = outcome::ok;
  at.change("x", 5);
  follower second{at, {"x"}};
  at.settle();
  CHECK(second.knows(5));
  CHECK(stream.knows(5));
}

TEST_CASE("what nobody watches is forgotten") {
  scene at{0ms};
  {
    follower stream{at, {"x", "y"}};
    CHECK(at.watch.is_armed());
    at.settle();
    CHECK(at.budget.streams() == 1);
    CHECK(at.budget.watched() == 2);
    follower another{at, {"y"}};  // goes while its read is under way
  }
  at.settle();
  CHECK_FALSE(at.watch.is_armed());
  CHECK(at.budget.streams() == 0);
  CHECK(at.budget.watched() == 0);
  at.change("x", 1);
  CHECK(at.settle() == 0);
}

TEST_CASE("what is watched anew while a change of it is on its way is told once") {
  scene at{0ms};
  at.change("x", 1);
  auto first = std::make_unique<follower>(at, std::vector<std::string>{"x"});
  at.settle();
  at.change("x", 2);  // the hub has not taken it
  first.reset();
  const follower second{at, {"x"}};
  at.settle();
  CHECK(second.knows(2));
  at.change("x", 3);
  CHECK(at.settle() == 1);
  CHECK(second.knows(3));
}

TEST_CASE("a counter that was made and deleted between two events is gone once") {
  scene at{0ms};
  follower stream{at, {"x"}};
  at.settle();
  CHECK(stream.told == "event: gone\ndata: {\"name\":\"x\"}\n\n");
  stream.reads = false;
  at.change("x", 1);
  at.settle();
  at.store.counters.clear();
  at.watch.report(at.store.placement().of("x").hash);
  at.settle();
  stream.read();
  CHECK(stream.events() == 1);
  stream.reads = true;
  at.change("x", 2);
  at.settle();
  CHECK(stream.knows(2));
}

TEST_CASE("a hub that has stopped has nothing to do any more, whatever was due") {
  scene at{0ms};
  at.store.refusal = outcome::unavailable;
  const follower stream{at, {"x", "y"}};
  at.settle();
  REQUIRE(at.loop.timers.size() == 1);
  at.hub->stop();
  std::this_thread::sleep_for(at.loop.timers[0].first + 1ms);
  at.loop.timers[0].second();
  CHECK(at.store.reply() == 0);
}

TEST_CASE("many streams are told in steps, between which the loop has its turn") {
  scene at{0ms};
  std::vector<std::unique_ptr<follower>> streams;
  for (std::size_t i = 0; i < 2 * counter::limits::streams_told_max; ++i)
    streams.push_back(std::make_unique<follower>(at, std::vector<std::string>{"x"}));
  at.settle();
  at.change("x", 1);
  at.loop.run_tasks();
  at.store.reply();
  { const counter::store_client::pass pass{at.client}; }
  const auto told = [&] {
    return std::count_if(streams.begin(), streams.end(), [](auto& each) { return each->knows(1); });
  };
  CHECK(told() == counter::limits::streams_told_max);
  streams.erase(streams.begin(), streams.begin() + 10);
  streams.resize(streams.size() - 10);  // of those that are still to be told
  at.settle();
  CHECK(told() == static_cast<std::ptrdiff_t>(streams.size()));
}

TEST_CASE("a budget gives back what it takes") {
  http::live::stream_budget budget{2, 10};
  CHECK(budget.take(9));
  CHECK_FALSE(budget.take(2));
  CHECK(budget.take(1));
  CHECK_FALSE(budget.take(0));
  budget.give_back(9);
  CHECK(budget.take(9));
  CHECK(budget.streams() == 2);
  CHECK(budget.watched() == 10);
}
