#include "counter/store/store_client.hpp"

#include "tests/actors/loop_parts.hpp"
#include "tests/stub_store.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using counter::limits;
using counter::operation;
using counter::outcome;
using tag_type = counter::reply_handler::tag_type;

namespace {

/// A store that completes batches when the test says so. Every command gets the number of its
/// batch, an element of a list also its mailbox; what a call gets is up to the test.
class fake_store final : public stub_store {
public:
  explicit fake_store(unsigned shards)
      : fake_store(shards, counter::mailbox_layout::of_shards(shards)) {}

  fake_store(unsigned shards, const counter::mailbox_layout& layout)
      : stub_store({.shards = shards}, shards, layout) {}

  connection connect(counter::event_loop&) override { return {*this, connections_++ == 0}; }

  void submit(std::span<std::unique_ptr<counter::batch>> pass) override {
    ++passes;
    for (unsigned mailbox = 0; mailbox < pass.size(); ++mailbox)
      if (pass[mailbox])
        submitted.emplace_back(mailbox, std::move(pass[mailbox]));
    if (answers_at_once)
      apply_batch();
  }

  void apply_batch() {
    for (auto& [mailbox, batch] : std::exchange(submitted, {})) {
      sizes.push_back(batch->size());
      for (std::size_t i = 0; i < batch->size(); ++i) {
        const auto number = static_cast<std::int64_t>(sizes.size());
        switch (batch->kind_of(i)) {
          case counter::batch::kind_type::command:
            batch->complete(i, {outcome::ok, number});
            break;
          case counter::batch::kind_type::call:
            on_call(mailbox, batch->call_at(i));
            break;
          case counter::batch::kind_type::element:
            batch->complete_full(i, {.after = counter::state{number, mailbox}});
            break;
        }
      }
      auto& origin = batch->origin();
      origin.complete(std::move(batch));
    }
  }

  bool answers_at_once = true;
  std::function<void(unsigned mailbox, counter::call&)> on_call;
  std::vector<std::pair<unsigned, std::unique_ptr<counter::batch>>> submitted;
  std::vector<std::size_t> sizes;
  int passes = 0;

private:
  int connections_ = 0;
};

struct listener final : counter::reply_handler {
  void on_reply(tag_type tag, const counter::completion& completion) override {
    if (completion.call != nullptr)
      calls.emplace_back(tag, std::move(*completion.call));
    else
      replies.push_back({tag, std::string{completion.command.name}, completion.reply.value});
  }
  void on_pass_end() override {
    ++passes;
    if (on_end_of_pass)
      on_end_of_pass();
  }

  struct delivery {
    tag_type tag;
    std::string name;
    std::int64_t value;
  };
  std::vector<delivery> replies;
  std::vector<std::pair<tag_type, counter::call>> calls;
  int passes = 0;
  std::function<void()> on_end_of_pass;
};

struct fixture : loop_parts {
  explicit fixture(unsigned shards) : store(shards) {}
  fixture(unsigned shards, const counter::mailbox_layout& layout) : store(shards, layout) {}

  fake_store store;
  counter::store_client store_client{loop, store};
  boost::intrusive_ptr<listener> peer{new listener};

  void run() { loop_parts::run(store_client); }

  void send(std::string_view name, tag_type tag) {
    store_client.send({{operation::add, name, 1}, nullptr}, tag, *peer);
  }

  /// Sends a request in a pass of its own.
  void request(counter::request request, tag_type tag) {
    const counter::store_client::pass pass{store_client};
    store_client.send({{}, std::make_unique<counter::request>(std::move(request))}, tag, *peer);
  }

  /// Sends the commands `first` to `end` in one pass, each with a name of its own.
  void pass(tag_type first, tag_type end) {
    const counter::store_client::pass pass{store_client};
    for (auto tag = first; tag < end; ++tag)
      send("name" + std::to_string(tag), tag);
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

TEST_CASE("store_client delivers every reply with its tag") {
  fixture f{4};
  f.pass(0, 100);
  CHECK(f.store.sizes.size() == 4);
  REQUIRE(f.peer->replies.size() == 100);
  for (const auto& reply : f.peer->replies)
    CHECK(reply.name == "name" + std::to_string(reply.tag));
  // The replies of four shards are one write.
  CHECK(f.peer->passes == 1);
}

TEST_CASE("store_client submits a full batch before the end of the pass") {
  fixture f{1};
  {
    const counter::store_client::pass pass{f.store_client};
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
  f.run();
  CHECK(f.peer->replies.size() == 10);
  CHECK(f.peer->passes == 1);
}

TEST_CASE("store_client::complete() on another thread during a pass delivers at its end") {
  fixture f{2};
  f.store.answers_at_once = false;
  f.pass(0, 10);
  {
    const counter::store_client::pass pass{f.store_client};
    std::thread{[&] { f.store.apply_batch(); }}.join();
    CHECK(f.peer->replies.empty());
  }
  CHECK(f.peer->replies.size() == 10);
  CHECK_FALSE(f.store_client.has_work());
}

TEST_CASE("store_client::complete() between passes delivers in the next pass") {
  fixture f{1};
  f.store.answers_at_once = false;
  f.pass(0, 3);
  f.store.apply_batch();
  CHECK(f.peer->replies.empty());
  f.run();
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
  f.run();
  CHECK(f.peer->replies.size() == 5);
}

TEST_CASE("store_client holds a handler until its replies are delivered") {
  fixture f{1};
  f.store.answers_at_once = false;
  f.pass(0, 1);
  auto* gone = f.peer.get();
  CHECK(gone->use_count() == 2);
  std::thread{[&] { f.store.apply_batch(); }}.join();
  f.run();
  CHECK(gone->use_count() == 1);
}

TEST_CASE("store_client::has_work() is true until everything is submitted and delivered") {
  fixture f{1};
  f.store.answers_at_once = false;
  CHECK_FALSE(f.store_client.has_work());
  f.peer->on_end_of_pass = [&] { f.send("more", 1); };
  f.pass(0, 1);
  CHECK_FALSE(f.store_client.has_work());  // the store has the batch
  f.store.apply_batch();
  CHECK(f.store_client.has_work());  // a reply to deliver
  f.pass(0, 0);
  CHECK(f.store_client.has_work());  // a command to submit
  f.peer->on_end_of_pass = nullptr;
  f.pass(0, 0);
  CHECK_FALSE(f.store_client.has_work());
  std::thread{[&] { f.store.apply_batch(); }}.join();
  CHECK(f.store_client.has_work());  // a reply to deliver, from another thread
  f.pass(0, 0);
  CHECK_FALSE(f.store_client.has_work());
}

TEST_CASE("store_client::complete() on another thread wakes the loop for the first batch only") {
  fixture f{1};
  f.store.answers_at_once = false;
  f.pass(0, 1);
  f.pass(1, 2);
  auto second = std::move(f.store.submitted.back());
  f.store.submitted.pop_back();
  http::ready_set ready;
  REQUIRE(ready.watch(f.tasks.descriptor(), f.tasks));
  ready.wait(std::chrono::seconds{0});  // takes the event of the registration
  REQUIRE(f.tasks.begin_wait());
  std::thread{[&] { f.store.apply_batch(); }}.join();
  CHECK_FALSE(f.tasks.is_waiting());  // woken
  REQUIRE(f.tasks.begin_wait());
  f.store.submitted.push_back(std::move(second));
  std::thread{[&] { f.store.apply_batch(); }}.join();
  CHECK(f.tasks.is_waiting());
  f.run();
  CHECK(f.peer->replies.size() == 2);
}

TEST_CASE("store_client sends a request with a name to the mailbox of its shard") {
  fixture f{4};
  std::vector<unsigned> mailboxes;
  f.store.on_call = [&](unsigned mailbox, counter::call& call) {
    mailboxes.push_back(mailbox);
    call.response = counter::full_reply{outcome::not_found};
  };
  for (const std::string name : {"a", "b", "c", "d", "e"}) {
    f.request(counter::full_command{name}, 7);
    CHECK(mailboxes.back() == f.store.placement().of(name).shard);
  }
  REQUIRE(f.peer->calls.size() == 5);
  CHECK(f.peer->calls[0].first == 7);
}

TEST_CASE("store_client sends each command of a list to its shard, and replies when all are done") {
  fixture f{4};
  f.store.answers_at_once = false;
  counter::command_list commands;
  for (const std::string name : {"a", "b", "c", "d", "e", "a"})
    commands.push_back({.name = name});
  f.request(commands, 7);
  std::size_t elements = 0, batches = f.store.submitted.size();
  for (const auto& [mailbox, batch] : f.store.submitted)
    for (std::size_t i = 0; i < batch->size(); ++i, ++elements)
      CHECK(f.store.placement().of(batch->full_command_at(i)->name).shard == mailbox);
  CHECK(batches > 1);
  CHECK(elements == commands.size());
  // All batches but one.
  auto last = std::move(f.store.submitted.back());
  f.store.submitted.pop_back();
  f.store.apply_batch();
  f.run();
  CHECK(f.peer->calls.empty());
  f.store.submitted.push_back(std::move(last));
  f.store.apply_batch();
  f.run();
  REQUIRE(f.peer->calls.size() == 1);
  CHECK(f.peer->passes == 1);
  CHECK(f.peer->calls[0].first == 7);
  const auto& [tag, call] = f.peer->calls[0];
  CHECK(std::get<counter::command_list>(call.request)[4].name == "e");
  const auto& replies = std::get<counter::reply_list>(call.response);
  REQUIRE(replies.size() == commands.size());
  for (std::size_t i = 0; i < replies.size(); ++i)
    CHECK(replies[i].after->version == f.store.placement().of(commands[i].name).shard);
}

TEST_CASE("store_client sends a backup request to the mailbox for backups, or to a shard") {
  for (const bool has_backups : {true, false}) {
    CAPTURE(has_backups);
    fixture f{2, {4, 2, 1, has_backups ? std::optional{3u} : std::nullopt}};
    std::vector<unsigned> mailboxes;
    f.store.on_call = [&](unsigned mailbox, counter::call& call) {
      mailboxes.push_back(mailbox);
      call.response = counter::backup{outcome::unreadable};
    };
    f.request(counter::backup_request{"nightly"}, 1);
    CHECK(mailboxes == std::vector<unsigned>{has_backups ? 3u : 0u});
    REQUIRE(f.peer->calls.size() == 1);
    CHECK(std::get<counter::backup>(f.peer->calls[0].second.response).outcome ==
          outcome::unreadable);
  }
}

TEST_CASE("store_client merges the pages of every mailbox that serves lists into one reply") {
  // Two shards, then three mailboxes for lists.
  fixture f{2, {5, 2, 3, {}}};
  std::vector<unsigned> mailboxes;
  f.store.on_call = [&](unsigned mailbox, counter::call& call) {
    mailboxes.push_back(mailbox);
    const auto& after = std::get<counter::page_request>(call.request).after;
    // A mailbox has two counters, and returns them one by one.
    const auto name = std::string(after.empty() ? "a" : "b") + std::to_string(mailbox);
    call.response = counter::page{outcome::ok, {{name, {}}}, !after.empty(), name};
  };
  f.request(counter::page_request{.limit = 100}, 9);
  f.run();
  CHECK(mailboxes == std::vector<unsigned>{2, 3, 4, 2, 3, 4});
  REQUIRE(f.peer->calls.size() == 1);
  const auto& [tag, call] = f.peer->calls[0];
  CHECK(tag == 9);
  CHECK(std::get<counter::page_request>(call.request).limit == 100);
  const auto& page = std::get<counter::page>(call.response);
  std::string names;
  for (const auto& counter : page.counters)
    names += counter.name;
  CHECK(names == "a2a3a4b2b3b4");
  CHECK(page.is_last);
  CHECK(f.peer->passes == 1);
  CHECK(f.peer->use_count() == 1);
}

TEST_CASE("store_client requests no further page when nobody waits for the list") {
  fixture f{1};
  f.store.answers_at_once = false;
  int requests = 0;
  f.store.on_call = [&](unsigned, counter::call& call) {
    ++requests;
    call.response = counter::page{outcome::ok, {}, false, "a"};
  };
  f.request(counter::page_request{.limit = 100}, 1);
  f.peer = nullptr;
  f.store.apply_batch();
  f.run();
  CHECK(f.store.submitted.empty());
  CHECK(requests == 1);
}

namespace {

/// Lets the time of one expiry sweep pass.
void pass_time(fixture& f) {
  std::this_thread::sleep_for(limits::expiry_sweep_pause + std::chrono::milliseconds{10});
  f.clock.refresh();
  f.timers.run();
  f.run();
}

}  // namespace

TEST_CASE("a store's first client sweeps every shard, and again where more has expired") {
  fixture f{2};
  std::vector<unsigned> mailboxes;
  f.store.on_call = [&](unsigned mailbox, counter::call& call) {
    REQUIRE(std::holds_alternative<counter::expiry_sweep_request>(call.request));
    mailboxes.push_back(mailbox);
    call.response = counter::expiry_sweep{outcome::ok, mailbox == 0 || mailboxes.size() > 3};
  };
  pass_time(f);
  CHECK(mailboxes == std::vector<unsigned>{0, 1, 1, 1});
  pass_time(f);
  CHECK(mailboxes == std::vector<unsigned>{0, 1, 1, 1, 0, 1});
  f.store_client.drain();
  pass_time(f);
  CHECK(mailboxes.size() == 6);
}

TEST_CASE("only the first client of a store schedules expiry sweeps") {
  fixture f{1};
  loop_parts other;
  const counter::store_client second{other.loop, f.store};
  CHECK(f.timers.next() != http::steady_clock::time_point::max());
  CHECK(other.timers.next() == http::steady_clock::time_point::max());
}
