#include "actors/actor_store.hpp"

#include "tests/actors/test_loop.hpp"
#include "tests/unit/memory_ledger.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <thread>

using counter::batch;
using counter::command;
using counter::limits;
using counter::operation;
using counter::outcome;

namespace {

using pass = std::vector<std::unique_ptr<batch>>;

/// Returns a pass with each command in the batch of its shard.
pass make_pass(test_loop& loop, const actors::actor_store& store,
               const std::vector<command>& commands) {
  pass made(store.layout().mailboxes);
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
  const auto before = loop.completed_size();
  auto made = make_pass(loop, store, {command});
  submitter.submit(made);
  loop.run_until_completed(before + 1);
  return loop.completed_at(before).reply_at(0);
}

}  // namespace

TEST_CASE("actor_store counts increments from many threads exactly") {
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
        auto& submitter = store.connect(loop).submitter;
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
            loop.run_until_completed(sent - window);
        }
        loop.run_until_completed(sent);
        // Runs the actors that are still ready here.
        loop.run_posted();
      });
    for (auto& thread : threads)
      thread.join();
    test_loop reader;
    auto& submitter = store.connect(reader).submitter;
    for (std::size_t name = 0; name < names; ++name) {
      const auto text = "name" + std::to_string(name);
      const auto reply = ask(submitter, reader, store, {operation::get, text, 0});
      CHECK(reply.outcome == outcome::ok);
      CHECK(reply.value == static_cast<std::int64_t>(rounds * loops));
    }
    store.close();
  }
}

TEST_CASE("actor_store applies a batch in its order") {
  actors::actor_store store{1, limits{}};
  test_loop loop;
  auto& submitter = store.connect(loop).submitter;
  auto made = make_pass(loop, store,
                        {{operation::get, "x", 0},
                         {operation::set, "x", 5},
                         {operation::add, "x", 2},
                         {operation::get, "x", 0},
                         {operation::set, "x", -1},
                         {operation::get, "x", 0}});
  submitter.submit(made);
  loop.run_until_completed(1);
  auto& answered = loop.completed_at(0);
  CHECK(answered.reply_at(0).outcome == outcome::not_found);
  CHECK(answered.reply_at(3).value == 7);
  CHECK(answered.reply_at(5).value == -1);
}

TEST_CASE("submit() to an idle shard in memory completes the batch during the call") {
  // So a message to an actor costs no thread wake-up.
  actors::actor_store store{4, limits{}};
  test_loop loop;
  auto& submitter = store.connect(loop).submitter;
  auto made = make_pass(loop, store, {{operation::add, "x", 1}, {operation::add, "y", 1}});
  std::size_t batches = 0;
  for (const auto& batch : made)
    batches += batch ? 1 : 0;
  submitter.submit(made);
  CHECK(loop.completed_size() == batches);
  CHECK(loop.posted() == 0);
}

TEST_CASE("actor_store has room for counters_max in all shards together") {
  limits few;
  few.counters_max = 10;
  actors::actor_store store{4, few};
  test_loop loop;
  auto& submitter = store.connect(loop).submitter;
  int created = 0, refused = 0;
  for (int i = 0; i < 50; ++i) {
    const auto name = "n" + std::to_string(i);
    const auto reply = ask(submitter, loop, store, {operation::add, name, 1});
    created += reply.outcome == outcome::ok;
    refused += reply.outcome == outcome::too_many_counters;
  }
  CHECK(created == 10);
  CHECK(refused == 40);
  CHECK(ask(submitter, loop, store, {operation::add, "n0", 1}).value == 2);
}

TEST_CASE("actor_store has bytes_max for the counters of all shards together") {
  actors::actor_store store{4, limits{}, 2 * 1024 * 1024};
  test_loop loop;
  auto& submitter = store.connect(loop).submitter;
  int created = 0, refused = 0;
  while (refused < 100) {
    const auto name = std::to_string(created + refused) + std::string(200, 'x');
    const auto reply = ask(submitter, loop, store, {operation::add, name, 1});
    created += reply.outcome == outcome::ok;
    refused += reply.outcome == outcome::too_many_counters;
  }
  CHECK(created > 2 * 1024 * 1024 / 600);
  CHECK(created < 2 * 1024 * 1024 / 200);
  CHECK(ask(submitter, loop, store, {operation::add, "0" + std::string(200, 'x'), 1}).value == 2);
}

namespace {

/// Calls `send` while the shard is running, so that its mail waits: the shard is still
/// running when it completes `first`.
void pile_up(const actors::actor_store& store, counter::submitter& busy, test_loop& busy_loop,
             const std::function<void()>& send) {
  busy_loop.on_complete = [&] {
    busy_loop.on_complete = nullptr;
    send();
  };
  auto first = make_pass(busy_loop, store, {{operation::add, "x", 1}});
  busy.submit(first);
}

}  // namespace

TEST_CASE("close() completes every submitted batch") {
  constexpr std::size_t waiting = 500;
  actors::actor_store store{1, limits{}};
  test_loop busy_loop, loop;
  auto& busy = store.connect(busy_loop).submitter;
  auto& submitter = store.connect(loop).submitter;
  pile_up(store, busy, busy_loop, [&] {
    for (std::size_t i = 0; i < waiting; ++i) {
      auto made = make_pass(loop, store, {{operation::add, "x", 1}});
      submitter.submit(made);
    }
  });
  // More messages than a shard handles in a row: the rest waits for the loop, which no
  // longer runs.
  REQUIRE(busy_loop.posted() == 1);
  REQUIRE(loop.completed_size() < waiting);
  store.close();
  REQUIRE(loop.completed_size() == waiting);
  CHECK(loop.completed_at(waiting - 1).reply_at(0).outcome == outcome::ok);
  CHECK(loop.completed_at(waiting - 1).reply_at(0).value == waiting + 1);
}

TEST_CASE("submit() after close() refuses with draining") {
  actors::actor_store store{2, limits{}};
  test_loop loop;
  auto& submitter = store.connect(loop).submitter;
  store.close();
  CHECK(ask(submitter, loop, store, {operation::add, "x", 1}).outcome == outcome::draining);
}

TEST_CASE("submit() to a full mailbox refuses whole batches and loses none") {
  actors::actor_store store{1, limits{}};
  test_loop busy_loop, loop;
  auto& busy = store.connect(busy_loop).submitter;
  auto& submitter = store.connect(loop).submitter;
  constexpr std::size_t fitting = limits::shard_operations_max / limits::batch_operations_max;
  constexpr std::size_t extra = 3;
  pile_up(store, busy, busy_loop, [&] {
    const std::vector<command> full(limits::batch_operations_max, {operation::add, "x", 1});
    for (std::size_t i = 0; i < fitting + extra; ++i) {
      auto made = make_pass(loop, store, full);
      submitter.submit(made);
    }
    // Refused batches are completed at once.
    REQUIRE(loop.completed_size() == extra);
  });
  for (std::size_t i = 0; i < extra; ++i)
    for (std::size_t j = 0; j < limits::batch_operations_max; ++j)
      REQUIRE(loop.completed_at(i).reply_at(j).outcome == outcome::overloaded);
  store.close();
  REQUIRE(loop.completed_size() == fitting + extra);
  CHECK(loop.completed_at(fitting + extra - 1).reply_at(limits::batch_operations_max - 1).value ==
        limits::shard_operations_max + 1);
}

TEST_CASE("actor_store::traits() and layout() depend on the ledger") {
  unit::memory_ledger ledger;
  for (const bool has_backups : {true, false}) {
    CAPTURE(has_backups);
    ledger.has_backups = has_backups;
    const actors::actor_store store{3, limits{}, ledger, {}, 1 << 20};
    CHECK(store.traits().name == "fake");
    CHECK(store.traits().shards == 3);
    CHECK(store.traits().has_threads);
    CHECK(store.traits().has_backups == has_backups);
    const auto& layout = store.layout();
    CHECK(layout.first_list == 3);
    CHECK(layout.lists == 1);
    CHECK(layout.backups == (has_backups ? std::optional{4u} : std::nullopt));
    CHECK(layout.mailboxes == (has_backups ? 5 : 4));
  }
  const actors::actor_store store{3, limits{}};
  CHECK(store.traits().name == "memory");
  CHECK(store.traits().shards == 3);
  CHECK_FALSE(store.traits().has_threads);
  CHECK_FALSE(store.traits().has_backups);
  CHECK(store.layout().first_list == 0);
  CHECK(store.layout().lists == 3);
  CHECK_FALSE(store.layout().backups);
  CHECK(store.layout().mailboxes == 3);
}

TEST_CASE("actor_store::health() is that of its ledger, and good in memory") {
  unit::memory_ledger ledger;
  const actors::actor_store store{1, limits{}, ledger, {}, 1 << 20};
  for (const auto health :
       {counter::health::good, counter::health::full, counter::health::failed}) {
    ledger.reported_health = health;
    CHECK(store.health() == health);
  }
  CHECK(actors::actor_store{1, limits{}}.health() == counter::health::good);
}

TEST_CASE("actor_store::connect() says which connection is the first") {
  actors::actor_store store{1, limits{}};
  test_loop first, second;
  CHECK(store.connect(first).is_first);
  CHECK_FALSE(store.connect(second).is_first);
}

TEST_CASE("close() waits for shards with threads, whether or not there are backups") {
  for (const bool has_backups : {true, false}) {
    CAPTURE(has_backups);
    unit::memory_ledger ledger;
    ledger.has_backups = has_backups;
    ledger.on_commit = [] { std::this_thread::sleep_for(std::chrono::milliseconds{50}); };
    actors::actor_store store{1, limits{}, ledger, {}, 1 << 20};
    test_loop loop;
    auto& submitter = store.connect(loop).submitter;
    auto made = make_pass(loop, store, {{operation::add, "x", 1}});
    submitter.submit(made);
    store.close();
    REQUIRE(loop.completed_size() == 1);
    CHECK(loop.completed_at(0).reply_at(0).value == 1);
    CHECK(ledger.committed.counters.at("x").value == 1);
  }
}
