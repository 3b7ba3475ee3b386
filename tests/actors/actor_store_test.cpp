#include "actors/actor_store.hpp"

#include "tests/actors/test_loop.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <string>
#include <thread>

using counter::batch;
using counter::command;
using counter::limits;
using counter::operation;
using counter::outcome;

namespace {

using pass = std::vector<std::unique_ptr<batch>>;

/// One pass: every command in the batch of its shard.
pass make_pass(test_loop& loop, const actors::actor_store& store,
               const std::vector<command>& commands) {
  pass made(store.placement().shards());
  for (const auto& command : commands) {
    const auto location = store.placement().of(command.name);
    auto& batch = made[location.shard];
    if (!batch)
      batch = std::make_unique<counter::batch>(loop);
    batch->add(command, location.hash);
  }
  return made;
}

/// Submits one command and returns its reply.
counter::reply ask(counter::submitter& submitter, test_loop& loop, const actors::actor_store& store,
                   const command& command) {
  const auto before = loop.home_size();
  auto made = make_pass(loop, store, {command});
  submitter.submit(made);
  loop.run_until_home(before + 1);
  return loop.home_at(before).reply_at(0);
}

}  // namespace

TEST_CASE("increments from many threads are exact") {
  struct setup {
    unsigned shards, loops;
  };
  for (const auto& [shards, loops] : {setup{1, 1}, setup{1, 4}, setup{4, 1}, setup{4, 4}}) {
    CAPTURE(shards);
    CAPTURE(loops);
    constexpr std::size_t rounds = 20000, names = 7, window = 16;
    actors::actor_store store{shards, limits{}};
    std::deque<test_loop> test_loops(loops);
    std::vector<std::thread> threads;
    for (auto& loop : test_loops)
      threads.emplace_back([&, shards = shards] {
        auto& submitter = store.connect(loop);
        std::size_t sent = 0;
        for (std::size_t round = 0; round < rounds; ++round) {
          std::vector<std::string> owned;
          std::vector<command> commands;
          for (std::size_t name = 0; name < names; ++name)
            owned.push_back("name" + std::to_string(name));
          for (const auto& name : owned)
            commands.push_back({operation::add, name, 1});
          auto made = make_pass(loop, store, commands);
          for (const auto& batch : made)
            sent += batch ? 1 : 0;
          submitter.submit(made);
          if (sent > window)
            loop.run_until_home(sent - window);
        }
        loop.run_until_home(sent);
        // What other loops' mail made ready here must not be left behind.
        loop.run_posted();
      });
    for (auto& thread : threads)
      thread.join();
    test_loop asking;
    auto& submitter = store.connect(asking);
    for (std::size_t name = 0; name < names; ++name) {
      const auto text = "name" + std::to_string(name);
      const auto got = ask(submitter, asking, store, {operation::get, text, 0});
      CHECK(got.outcome == outcome::ok);
      CHECK(got.value == static_cast<std::int64_t>(rounds * loops));
    }
    store.close();
  }
}

TEST_CASE("a batch is applied in its order") {
  actors::actor_store store{1, limits{}};
  test_loop loop;
  auto& submitter = store.connect(loop);
  auto made = make_pass(loop, store,
                        {{operation::get, "x", 0},
                         {operation::set, "x", 5},
                         {operation::add, "x", 2},
                         {operation::get, "x", 0},
                         {operation::set, "x", -1},
                         {operation::get, "x", 0}});
  submitter.submit(made);
  loop.run_until_home(1);
  auto& answered = loop.home_at(0);
  CHECK(answered.reply_at(0).outcome == outcome::not_found);
  CHECK(answered.reply_at(3).value == 7);
  CHECK(answered.reply_at(5).value == -1);
}

TEST_CASE("a batch is answered within the call that submits it to an idle shard") {
  // No thread is woken: this is what makes the actor cost nothing.
  actors::actor_store store{4, limits{}};
  test_loop loop;
  auto& submitter = store.connect(loop);
  auto made = make_pass(loop, store, {{operation::add, "x", 1}, {operation::add, "y", 1}});
  std::size_t batches = 0;
  for (const auto& batch : made)
    batches += batch ? 1 : 0;
  submitter.submit(made);
  CHECK(loop.home_size() == batches);
  CHECK(loop.posted() == 0);
}

TEST_CASE("all shards together have room for counters_max") {
  limits few;
  few.counters_max = 10;
  actors::actor_store store{4, few};
  test_loop loop;
  auto& submitter = store.connect(loop);
  int created = 0, refused = 0;
  for (int i = 0; i < 50; ++i) {
    const auto name = "n" + std::to_string(i);
    const auto got = ask(submitter, loop, store, {operation::add, name, 1});
    created += got.outcome == outcome::ok;
    refused += got.outcome == outcome::too_many_counters;
  }
  CHECK(created == 10);
  CHECK(refused == 40);
  CHECK(ask(submitter, loop, store, {operation::add, "n0", 1}).value == 2);
}

namespace {

/// Mail that piles up because its shard is busy answering somebody else: while
/// `first` comes home the shard is still running.
void pile_up(const actors::actor_store& store, counter::submitter& busy, test_loop& busy_loop,
             const std::function<void()>& send) {
  busy_loop.on_home = [&] {
    busy_loop.on_home = nullptr;
    send();
  };
  auto first = make_pass(busy_loop, store, {{operation::add, "x", 1}});
  busy.submit(first);
}

}  // namespace

TEST_CASE("closing answers all that was submitted") {
  constexpr std::size_t waiting = 500;
  actors::actor_store store{1, limits{}};
  test_loop busy_loop, loop;
  auto& busy = store.connect(busy_loop);
  auto& submitter = store.connect(loop);
  pile_up(store, busy, busy_loop, [&] {
    for (std::size_t i = 0; i < waiting; ++i) {
      auto made = make_pass(loop, store, {{operation::add, "x", 1}});
      submitter.submit(made);
    }
  });
  // More than a shard does in one go: the rest waits for the loop, which is gone.
  REQUIRE(busy_loop.posted() == 1);
  REQUIRE(loop.home_size() < waiting);
  store.close();
  REQUIRE(loop.home_size() == waiting);
  CHECK(loop.home_at(waiting - 1).reply_at(0).outcome == outcome::ok);
  CHECK(loop.home_at(waiting - 1).reply_at(0).value == waiting + 1);
}

TEST_CASE("a closed store refuses and says so") {
  actors::actor_store store{2, limits{}};
  test_loop loop;
  auto& submitter = store.connect(loop);
  store.close();
  CHECK(ask(submitter, loop, store, {operation::add, "x", 1}).outcome == outcome::draining);
}

TEST_CASE("a shard with a full mailbox refuses whole batches and loses none") {
  actors::actor_store store{1, limits{}};
  test_loop busy_loop, loop;
  auto& busy = store.connect(busy_loop);
  auto& submitter = store.connect(loop);
  constexpr std::size_t fitting = limits::shard_operations_max / limits::batch_operations_max;
  constexpr std::size_t extra = 3;
  pile_up(store, busy, busy_loop, [&] {
    const std::vector<command> full(limits::batch_operations_max, {operation::add, "x", 1});
    for (std::size_t i = 0; i < fitting + extra; ++i) {
      auto made = make_pass(loop, store, full);
      submitter.submit(made);
    }
    // The refused ones are back before the shard has done anything.
    REQUIRE(loop.home_size() == extra);
  });
  for (std::size_t i = 0; i < extra; ++i)
    for (std::size_t j = 0; j < limits::batch_operations_max; ++j)
      REQUIRE(loop.home_at(i).reply_at(j).outcome == outcome::overloaded);
  store.close();
  REQUIRE(loop.home_size() == fitting + extra);
  CHECK(loop.home_at(fitting + extra - 1).reply_at(limits::batch_operations_max - 1).value ==
        limits::shard_operations_max + 1);
}
