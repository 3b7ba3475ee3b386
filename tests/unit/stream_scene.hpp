#pragma once

#include "http/api/live/streams.hpp"
#include "http/api/v1/event_text.hpp"
#include "tests/stub_store.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <ctime>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace unit {

using namespace std::chrono_literals;

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

  /// Waits for the timers that are due within `patience`. Returns false if there are none.
  bool run_timers(std::chrono::milliseconds patience = 500ms) {
    bool have_run = false;
    for (auto& [delay, task] : std::exchange(timers, {})) {
      if (delay >= patience) {
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

/// Replies to reads and lists when the test says so.
class manual_store final : public stub_store {
public:
  using stub_store::stub_store;

  void submit(std::span<std::unique_ptr<counter::batch>> pass) override {
    if (pass[0])
      submitted_.push_back(std::move(pass[0]));
  }

  /// Replies to everything. Returns how many reads and lists there were.
  std::size_t reply() {
    std::size_t calls = 0;
    for (auto& batch : std::exchange(submitted_, {})) {
      for (std::size_t i = 0; i < batch->size(); ++i, ++calls) {
        if (const auto* command = batch->full_command_at(i))
          batch->complete_full(i, read(command->name));
        else
          batch->call_at(i).response =
              list(std::get<counter::page_request>(batch->call_at(i).request));
      }
      auto& origin = batch->origin();
      origin.complete(std::move(batch));
    }
    return calls;
  }

  /// Returns true if there is something to reply to.
  bool is_asked() const noexcept { return !submitted_.empty(); }

  std::map<std::string, counter::state> counters;
  counter::outcome refusal = counter::outcome::ok;
  int lists = 0;

private:
  counter::full_reply read(const std::string& name) const {
    const auto found = counters.find(name);
    counter::full_reply reply{refusal};
    if (refusal == counter::outcome::ok && found == counters.end())
      reply.outcome = counter::outcome::not_found;
    else if (refusal == counter::outcome::ok)
      reply.after = reply.before = found->second;
    return reply;
  }

  counter::page list(const counter::page_request& query) {
    ++lists;
    counter::page page{.outcome = refusal, .is_last = true};
    for (auto next = counters.upper_bound(query.after); next != counters.end(); ++next) {
      if (!next->first.starts_with(query.prefix))
        continue;
      if (page.counters.size() == query.limit) {
        page.is_last = false;
        page.reached = std::string{page.counters.back().name};
        break;
      }
      page.counters.push_back({next->first, next->second});
    }
    return page;
  }

  std::vector<std::unique_ptr<counter::batch>> submitted_;
};

/// The streams of a loop, step by step.
struct stream_scene {
  explicit stream_scene(std::chrono::milliseconds interval, counter::store_traits traits = {})
      : store(std::move(traits)) {
    limits.events_interval = interval;
  }

  counter::limits limits;
  manual_loop loop;
  manual_store store;
  counter::change_watch watch;
  http::live::stream_budget budget{1000, 1000};
  metrics::tally events;
  counter::store_client client{loop, store, &watch};
  http::live::streams streams{limits, loop, store, client, watch, budget, events};
  std::time_t second = 0;
  http::date date{second};

  /// Replies to reads and lists, and to those that follow, until there is none. Returns how many
  /// there were.
  std::size_t settle() {
    std::size_t calls = 0;
    for (bool goes_on = true; goes_on;) {
      loop.run_tasks();
      const auto some = store.reply();
      { const counter::store_client::pass pass{client}; }
      // What a reply brings about is sent in the next pass, and a timer may only set another one.
      goes_on = some > 0 || store.is_asked() || client.has_work() || !loop.tasks.empty() ||
                loop.run_timers();
      calls += some;
    }
    return calls;
  }

  /// The same, and waits first for what is due within two seconds.
  std::size_t settle_all() {
    loop.run_timers(2s);
    return settle();
  }

  void change(const std::string& name, std::int64_t value) {
    auto& state = store.counters[name];
    state.value = value;
    state.version = ++version_;
    report(name);
  }

  void remove(const std::string& name) {
    store.counters.erase(name);
    report(name);
  }

  void report(const std::string& name) {
    watch.report(store.placement().of(name).hash);
    watch.prefixes().report(name);
  }

private:
  std::uint64_t version_ = 0;
};

/// A stream, and what its client has been told.
class follower final : public http::live::event_writer {
public:
  follower(stream_scene& at, http::v1::stream_parameters parameters)
      : pipeline_(at.limits, at.date) {
    pipeline_.feed("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(pipeline_.next_request() != nullptr);
    const auto slot = pipeline_.slot();
    const counter::store_client::pass pass{at.client};
    stream = at.streams.make(parameters, {pipeline_, slot, *this});
    if (!stream)
      return;
    pipeline_.close_after_newest();
    pipeline_.hold_until_complete(slot);
    pipeline_.begin(slot, {.type = http::v1::event_stream_type});
    stream->begin();
    read();
    told.clear();
  }
  follower(stream_scene& at, const std::vector<std::string>& names)
      : follower(at, http::v1::stream_parameters{.names = names}) {}

  void on_event() override {
    std::this_thread::sleep_for(takes);
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

  int events() const { return count("data:"); }
  int count(std::string_view text) const {
    int found = 0;
    for (auto at = told.find(text); at != told.npos; at = told.find(text, at + 1))
      ++found;
    return found;
  }
  bool knows(std::int64_t value) const {
    const auto last = told.rfind("data: ");
    return last != told.npos &&
           told.find("\"value\":" + std::to_string(value) + ",", last) != told.npos;
  }

  std::string told;
  bool reads = true;
  std::chrono::milliseconds takes{0};  ///< to tell it
  std::unique_ptr<http::live::stream> stream;

private:
  http::pipeline pipeline_;
};

}  // namespace unit
