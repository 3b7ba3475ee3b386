#include "http/server/store_client.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <thread>
#include <utility>

using counter::limits;
using counter::operation;
using counter::outcome;

namespace {

/// A store that completes batches when the test says so: every command gets the number of
/// its batch.
class fake_store final : public counter::store, public counter::submitter {
public:
  explicit fake_store(unsigned shards)
      : placement_(shards, {1, 2}),
        traits_(counter::store_traits::in_memory(shards)) {}

  const counter::placement& placement() const noexcept override { return placement_; }
  const counter::store_traits& traits() const noexcept override { return traits_; }
  counter::submitter& connect(counter::event_loop&) override { return *this; }

  void submit(std::span<std::unique_ptr<counter::batch>> pass) override {
    ++passes;
    for (auto& batch : pass)
      if (batch)
        submitted.push_back(std::move(batch));
    if (answers_at_once)
      apply_batch();
  }

  void apply_batch() {
    for (auto& batch : std::exchange(submitted, {})) {
      sizes.push_back(batch->size());
      for (std::size_t i = 0; i < batch->size(); ++i)
        batch->complete(i, {outcome::ok, static_cast<std::int64_t>(sizes.size())});
      auto& origin = batch->origin();
      origin.complete(std::move(batch));
    }
  }

  bool answers_at_once = true;
  std::vector<std::unique_ptr<counter::batch>> submitted;
  std::vector<std::size_t> sizes;
  int passes = 0;

private:
  counter::placement placement_;
  counter::store_traits traits_;
};

struct listener final : http::reply_handler {
  void on_reply(http::response_queue::slot_type slot, const counter::command& command,
                const counter::reply& reply) override {
    replies.push_back({slot, std::string{command.name}, reply.value});
  }
  void on_response(http::response_queue::slot_type, counter::call answered) override {
    answers.push_back(std::move(answered));
  }
  void on_pass_end() override {
    ++passes;
    if (on_end_of_pass)
      on_end_of_pass();
  }

  struct delivery {
    http::response_queue::slot_type slot;
    std::string name;
    std::int64_t value;
  };
  std::vector<delivery> replies;
  std::vector<counter::call> answers;
  int passes = 0;
  std::function<void()> on_end_of_pass;
};

struct fixture {
  explicit fixture(unsigned shards) : store(shards) {}

  http::task_queue tasks;
  fake_store store;
  http::loop_clock clock{http::clock_origin::now()};
  http::store_client store_client{tasks, store, clock};
  boost::intrusive_ptr<listener> peer{new listener};

  void send(std::string_view name, http::response_queue::slot_type slot) {
    store_client.send({operation::add, name, 1}, slot, *peer);
  }

  /// Sends the commands `first` to `end` in one pass, each with a name of its own.
  void pass(http::response_queue::slot_type first, http::response_queue::slot_type end) {
    const http::store_client::pass pass{store_client};
    for (auto slot = first; slot < end; ++slot)
      send("name" + std::to_string(slot), slot);
  }

  /// Runs the tasks that were posted, and those that they post.
  void run_posted() {
    while (tasks.run() > 0) {
    }
  }
};

}  // namespace

TEST_CASE("store_client submits one batch per shard and pass") {
  fixture f{1};
  f.pass(0, 5);
  CHECK(f.store.sizes == std::vector<std::size_t>{5});
  REQUIRE(f.peer->replies.size() == 5);
  CHECK(f.peer->passes == 1);
  f.pass(5, 6);
  CHECK(f.store.sizes == std::vector<std::size_t>{5, 1});
}

TEST_CASE("store_client submits nothing in a pass without commands") {
  fixture f{3};
  f.pass(0, 0);
  CHECK(f.store.sizes.empty());
  CHECK(f.store.passes == 0);
}

TEST_CASE("store_client delivers every reply to its slot") {
  fixture f{4};
  f.pass(0, 100);
  CHECK(f.store.sizes.size() == 4);
  REQUIRE(f.peer->replies.size() == 100);
  for (const auto& reply : f.peer->replies)
    CHECK(reply.name == "name" + std::to_string(reply.slot));
  // The replies of four shards are one write.
  CHECK(f.peer->passes == 1);
}

TEST_CASE("store_client submits a full batch before the end of the pass") {
  fixture f{1};
  {
    const http::store_client::pass pass{f.store_client};
    for (std::size_t i = 0; i < limits::batch_operations_max; ++i)
      f.send("x", i);
    CHECK(f.store.sizes.size() == 1);
    f.send("x", limits::batch_operations_max);
    CHECK(f.peer->replies.empty());
  }
  CHECK(f.store.sizes == std::vector<std::size_t>{limits::batch_operations_max, 1});
  CHECK(f.peer->replies.size() == limits::batch_operations_max + 1);
}

TEST_CASE("store_client::complete() on another thread delivers the replies on the loop") {
  fixture f{2};
  f.store.answers_at_once = false;
  f.pass(0, 10);
  std::thread{[&] { f.store.apply_batch(); }}.join();
  CHECK(f.peer->replies.empty());
  f.run_posted();
  CHECK(f.peer->replies.size() == 10);
  CHECK(f.peer->passes == 1);
}

TEST_CASE("store_client::complete() on another thread during a pass delivers at its end") {
  fixture f{2};
  f.store.answers_at_once = false;
  f.pass(0, 10);
  {
    const http::store_client::pass pass{f.store_client};
    std::thread{[&] { f.store.apply_batch(); }}.join();
    CHECK(f.peer->replies.empty());
  }
  CHECK(f.peer->replies.size() == 10);
  CHECK(f.tasks.begin_wait());  // the loop was not woken
}

TEST_CASE("store_client::complete() between passes delivers in the next pass") {
  fixture f{1};
  f.store.answers_at_once = false;
  f.pass(0, 3);
  f.store.apply_batch();
  CHECK(f.peer->replies.empty());
  f.run_posted();
  CHECK(f.peer->replies.size() == 3);
}

TEST_CASE("a command that a reply triggers is submitted in a pass of its own") {
  fixture f{1};
  f.peer->on_end_of_pass = [&] {
    if (f.peer->passes < 5)
      f.send("next", 1);
  };
  f.pass(0, 1);
  CHECK(f.peer->replies.size() == 1);
  f.run_posted();
  CHECK(f.peer->replies.size() == 5);
}

TEST_CASE("store_client holds a handler until its replies are delivered") {
  fixture f{1};
  f.store.answers_at_once = false;
  f.pass(0, 1);
  auto* gone = f.peer.get();
  CHECK(gone->use_count() == 2);
  std::thread{[&] { f.store.apply_batch(); }}.join();
  f.run_posted();
  CHECK(gone->use_count() == 1);
}

TEST_CASE("store_client has one pass posted at a time, though a handler always sends more") {
  fixture f{1};
  f.peer->on_end_of_pass = [&] { f.send("more", 1); };
  f.pass(0, 1);
  for (int i = 0; i < 10; ++i)
    f.tasks.post([&] { const http::store_client::pass another{f.store_client}; });
  for (int i = 0; i < 30; ++i)
    f.tasks.run();
  f.peer->on_end_of_pass = nullptr;
  CHECK(f.tasks.run() == 1);
}
