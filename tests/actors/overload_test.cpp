#include "actors/actor_store.hpp"
#include "http/server/server.hpp"
#include "tests/actors/loop_parts.hpp"
#include "tests/actors/paced_ledger.hpp"
#include "tests/server/support/client.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

using counter::full_command;
using counter::limits;
using counter::operation;
using counter::outcome;
using counter::priority;
using namespace std::chrono_literals;

namespace {

using tag_type = counter::reply_handler::tag_type;

/// Remembers what became of each request.
struct listener final : counter::reply_handler {
  void on_reply(tag_type tag, const counter::completion& completion) override {
    const auto result = completion.call != nullptr ? outcome_of(completion.call->response)
                                                   : completion.reply.outcome;
    ++counts[result];
    outcomes[tag] = result;
    if (result == outcome::overloaded)
      delays.insert(completion.retry_after);
    else
      CHECK(completion.retry_after == 0s);
  }
  void on_pass_end() override {}

  static outcome outcome_of(const counter::response& response) {
    if (const auto* list = std::get_if<counter::reply_list>(&response)) {
      for (const auto& reply : *list)
        CHECK(reply.outcome == list->front().outcome);  // whole, one way or the other
      return list->front().outcome;
    }
    return std::visit(
        [](const auto& reply) {
          if constexpr (requires { reply.outcome; })
            return reply.outcome;
          else
            return outcome::ok;
        },
        response);
  }

  std::map<outcome, std::size_t> counts;
  std::map<tag_type, outcome> outcomes;
  std::set<std::chrono::seconds> delays;
};

constexpr auto most = limits::shard_operations_max;

limits with_delay(std::chrono::milliseconds delay) {
  limits chosen;
  chosen.queue_delay_max = delay;
  return chosen;
}

full_command add(const std::string& name, const std::string& key = {}) {
  full_command command{.name = name, .parameters = {.operation = operation::add, .operand = 1}};
  command.idempotency_key = key;
  return command;
}

/// A store on a disk, and one loop that fills it.
struct fixture {
  explicit fixture(const limits& chosen, unsigned shards = 1)
      : store(shards, chosen, ledger, {counter::durability::sync::always}, 64 << 20) {}

  ~fixture() {
    ledger.open();
    store.close();
  }

  /// Sends in a pass of its own, which delivers its refusals.
  template <class Send>
  void pass(Send send) {
    const counter::store_client::pass pass{client};
    send();
  }

  void send(std::string_view name, tag_type tag = 0) {
    client.send({{operation::add, name, 1}, nullptr}, tag, *peer);
  }
  void send(counter::request request, tag_type tag, listener& from) {
    client.send({{}, std::make_unique<counter::request>(std::move(request))}, tag, from);
  }

  /// Sends it alone. Returns what becomes of it at once; `ok` if it waits.
  outcome ask(counter::request request) {
    const boost::intrusive_ptr asker{new listener};
    pass([&] { send(std::move(request), 1, *asker); });
    return asker->counts.contains(outcome::overloaded) ? outcome::overloaded : outcome::ok;
  }
  outcome ask(const std::string& name) {
    const boost::intrusive_ptr asker{new listener};
    pass([&] { client.send({{operation::add, name, 1}, nullptr}, 1, *asker); });
    return asker->counts.contains(outcome::overloaded) ? outcome::overloaded : outcome::ok;
  }

  /// Sends `count` commands for one shard, in passes as a loop has them.
  void fill(std::size_t count, const std::string& name = "x") {
    while (count > 0)
      pass([&] {
        for (int i = 0; i < 1'000 && count > 0; ++i, --count)
          send(name);
      });
  }

  /// Has a commit of one operation begin that does not end before ledger.open().
  void shut(const std::string& name = "x") {
    ledger.shut();
    const auto before = ledger.commits();
    fill(1, name);
    ledger.wait_for_commits(before + 1);
  }

  /// Has the shard see how slow the disk is, which it must know before a commit counts as stalled.
  void show_disk() {
    for (int i = 0; i < limits::stall_groups; ++i) {
      fill(1, "shown");
      finish();
    }
  }

  /// Has the shards see that operations are slow. Returns how many fit into the delay of the first
  /// one, of some ten thousands.
  std::size_t show_slow_operations(const std::vector<std::string>& names = {"x"}) {
    ledger.operation_time = 250us;
    for (const auto& name : names)
      for (int group = 0; group < 6; ++group) {
        fill(600, name);
        finish();
      }
    ledger.operation_time = {};
    const auto limit = limit_of(0);
    REQUIRE(limit > limits::shard_operations_min);
    REQUIRE(limit < most / 2);
    return limit;
  }

  /// Opens the ledger, and waits until everything is answered.
  void finish() {
    ledger.open();
    while (peer->use_count() > 1)
      run();
  }

  void run() { const counter::store_client::pass pass{client}; }

  std::int64_t value_of(const std::string& name) {
    const boost::intrusive_ptr reader{new value_reader};
    pass([&] { client.send({{operation::get, name, 0}, nullptr}, 1, *reader); });
    while (reader->use_count() > 1)
      run();
    return reader->value;
  }

  std::size_t limit_of(unsigned shard) {
    return store.statistics().shards[shard].queued_operations_max;
  }
  std::size_t queued_in(unsigned shard) {
    return store.statistics().shards[shard].queued_operations;
  }
  std::uint64_t refused(priority of) {
    return store.statistics().refused_operations[static_cast<std::size_t>(of)];
  }

  struct value_reader final : counter::reply_handler {
    void on_reply(tag_type, const counter::completion& completion) override {
      value = completion.reply.value;
    }
    void on_pass_end() override {}
    std::int64_t value = 0;
  };

  paced_ledger ledger;
  actors::actor_store store;
  loop_parts parts;
  counter::store_client client{parts.loop, store};
  boost::intrusive_ptr<listener> peer{new listener};
};

/// So long that no machine is too slow for these tests.
constexpr auto patient = limits::queue_delay_longest;

counter::command_list batch_of(std::size_t count, const std::string& name) {
  return counter::command_list(count, add(name));
}

}  // namespace

TEST_CASE("a mailbox refuses lists and large batches first, then commands, then those with a key") {
  fixture f{with_delay(patient)};
  const auto limit = f.show_slow_operations();
  f.shut();
  f.fill(limit / 2 - 2);
  const counter::page_request list{.limit = 10};
  CHECK(f.ask(list) == outcome::ok);
  CHECK(f.ask(batch_of(limits::small_batch_max + 1, "y")) == outcome::ok);
  // Half of it is taken.
  CHECK(f.ask(list) == outcome::overloaded);
  CHECK(f.ask(counter::backup_request{"name"}) == outcome::overloaded);
  CHECK(f.ask(batch_of(limits::small_batch_max + 1, "y")) == outcome::overloaded);
  CHECK(f.ask(batch_of(limits::small_batch_max, "z")) == outcome::ok);
  CHECK(f.refused(priority::bulk) == 2 + limits::small_batch_max + 1);
  CHECK(f.queued_in(0) == limit / 2 - 1 + 2 * limits::small_batch_max + 1);
  // To nine tenths, exactly: there is one loop.
  const auto usual_max = limit - limit / 10;
  f.fill(limit);
  CHECK(f.queued_in(0) == usual_max);
  CHECK(f.refused(priority::usual) == f.peer->counts[outcome::overloaded]);
  CHECK(f.ask(add("x")) == outcome::overloaded);
  CHECK(f.ask(batch_of(1, "x")) == outcome::overloaded);
  CHECK(f.ask(list) == outcome::overloaded);
  // Retries go on.
  std::size_t keys = 0;
  while (f.ask(add("keyed", "k" + std::to_string(keys))) == outcome::ok)
    ++keys;
  CHECK(keys == limit - usual_max);
  CHECK(f.refused(priority::retry) == 1);
  auto conditional = add("x");
  conditional.condition.if_match = counter::version_set{.is_any = true};
  CHECK(f.ask(conditional) == outcome::overloaded);

  const auto refused = f.peer->counts[outcome::overloaded];
  f.finish();
  CHECK(f.peer->counts[outcome::overloaded] == refused);
  // Each that was answered ok counts once, each that was refused not at all.
  CHECK(f.value_of("x") == static_cast<std::int64_t>(f.peer->counts[outcome::ok]));
  CHECK(f.value_of("y") == limits::small_batch_max + 1);
  CHECK(f.value_of("z") == limits::small_batch_max);
  CHECK(f.value_of("keyed") == static_cast<std::int64_t>(keys));
  for (const auto delay : f.peer->delays) {
    CHECK(delay >= limits::retry_after_min);
    CHECK(delay <= limits::retry_after_max);
  }
  CHECK(f.peer->delays.size() > 1);
  // The mailbox is empty again.
  CHECK(f.ask(list) == outcome::ok);
}

TEST_CASE("a refusal touches nothing else in the pass") {
  fixture f{with_delay(patient)};
  const auto limit = f.show_slow_operations();
  f.shut();
  f.fill(limit / 2);
  const boost::intrusive_ptr one{new listener}, other{new listener};
  f.pass([&] {
    f.send(add("a"), 1, *one);
    f.send(counter::page_request{.limit = 10}, 2, *one);
    f.send(add("a"), 1, *other);
    f.send(batch_of(100, "a"), 3, *one);
    f.send(add("a", "k"), 4, *one);
    f.send(batch_of(2, "a"), 2, *other);
  });
  // Refused at once, while the others wait.
  CHECK(one->outcomes ==
        std::map<tag_type, outcome>{{2, outcome::overloaded}, {3, outcome::overloaded}});
  CHECK(other->outcomes.empty());
  f.finish();
  while (one->use_count() > 1 || other->use_count() > 1)
    f.run();
  CHECK(one->counts[outcome::ok] == 2);
  CHECK(other->counts[outcome::ok] == 2);
  CHECK(f.value_of("a") == 5);
}

TEST_CASE("a batch that needs a full shard is refused whole, and applied nowhere") {
  fixture f{with_delay(patient), 2};
  const auto name_in = [&f](unsigned shard) {
    for (int i = 0;; ++i)
      if (auto name = "n" + std::to_string(i); f.store.placement().of(name).shard == shard)
        return name;
  };
  const auto full = name_in(0), idle = name_in(1);
  const auto limit = f.show_slow_operations({full});
  f.shut(full);
  f.fill(limit / 2, full);
  auto both = batch_of(20, idle);
  both.back().name = full;
  CHECK(f.ask(both) == outcome::overloaded);
  CHECK(f.refused(priority::bulk) == 20);
  CHECK(f.queued_in(1) == 0);
  CHECK(f.ask(batch_of(20, idle)) == outcome::ok);
  f.finish();
  CHECK(f.value_of(idle) == 20);
  CHECK(f.value_of(full) == static_cast<std::int64_t>(f.peer->counts[outcome::ok]));
}

TEST_CASE("a batch of a thousand is taken whole as soon as there is room for one operation") {
  fixture f{with_delay(patient)};
  const auto limit = f.show_slow_operations();
  f.shut();
  f.fill(limit / 2 - 2);
  CHECK(f.ask(batch_of(limits::batch_max, "y")) == outcome::ok);
  CHECK(f.queued_in(0) == limit / 2 - 1 + limits::batch_max);
  f.finish();
  CHECK(f.value_of("y") == limits::batch_max);
}

TEST_CASE(
    "behind a commit that has stalled everything is refused at once, and later served again") {
  fixture f{with_delay(1ms)};
  f.show_disk();
  f.shut();
  // Until the commit has taken four times the delay.
  std::int64_t waiting = 1;
  while (f.ask("x") == outcome::ok)
    ++waiting;
  CHECK(f.ask(add("x", "key")) == outcome::overloaded);
  CHECK(f.ask(counter::page_request{.limit = 10}) == outcome::overloaded);
  CHECK(f.ask(counter::backup_request{"name"}) == outcome::overloaded);
  f.fill(100);
  CHECK(f.peer->counts[outcome::overloaded] == 100);
  CHECK(f.queued_in(0) == static_cast<std::size_t>(waiting));
  f.finish();
  CHECK(f.value_of("x") == waiting);
  CHECK(f.ask("x") == outcome::ok);
}

TEST_CASE("an operation that binds the key of a batch is refused for all of the batch") {
  fixture f{with_delay(1ms)};
  f.show_disk();
  f.shut();
  while (f.ask("x") == outcome::ok) {
  }
  auto binding = add("x", "key");
  binding.parameters.operation = operation::bind;
  binding.bound_operations = 700;
  CHECK(f.ask(binding) == outcome::overloaded);
  CHECK(f.refused(priority::bulk) == 700);
}

TEST_CASE("with a delay of 0 nothing stalls, and a mailbox takes the most there is") {
  fixture f{with_delay(0ms)};
  f.show_disk();
  f.shut();
  f.fill(2 * most);
  CHECK(f.queued_in(0) == most);
  CHECK(f.ask(batch_of(limits::batch_max, "y")) == outcome::overloaded);
  // Retries have a little more.
  CHECK(f.ask(add("x", "key")) == outcome::ok);
  f.finish();
  CHECK(f.value_of("x") == static_cast<std::int64_t>(most + 1));
}

TEST_CASE("a shard whose operations are fast takes large batches like all else") {
  fixture f{with_delay(patient)};
  f.shut();
  f.fill(most / 2);
  // As many as 64 clients send at once that load counters.
  for (int i = 0; i < 31; ++i)
    CHECK(f.ask(batch_of(limits::batch_max, "y")) == outcome::ok);
  f.fill(most);
  CHECK(f.queued_in(0) == most);
  CHECK(f.ask(batch_of(limits::batch_max, "y")) == outcome::overloaded);
  f.finish();
}

TEST_CASE("a slow disk refuses no client, alone or with 63 others") {
  for (const unsigned clients : {1, 64}) {
    CAPTURE(clients);
    fixture f{with_delay(250ms)};
    f.ledger.commit_time = 300ms;
    f.fill(clients);
    for (int round = 0; round < 3; ++round) {
      const auto done = f.peer->counts[outcome::ok];
      while (f.peer->counts[outcome::ok] == done)
        f.run();
      f.fill(f.peer->counts[outcome::ok] - done);
    }
    f.finish();
    CHECK(f.peer->counts[outcome::overloaded] == 0);
  }
}

TEST_CASE("a disk that becomes slow under large groups refuses nobody") {
  fixture f{with_delay(100ms)};
  const auto send_batches = [&f](int rounds) {
    for (int round = 0; round < rounds; ++round) {
      for (int client = 0; client < 4; ++client)
        f.pass([&] { f.send(batch_of(limits::batch_max, "x"), 1, *f.peer); });
      f.finish();
    }
  };
  send_batches(5);
  f.ledger.commit_time = 200ms;
  send_batches(5);
  for (int i = 0; i < 3; ++i) {
    f.fill(1);
    f.finish();
  }
  CHECK(f.peer->counts[outcome::overloaded] == 0);
}

TEST_CASE("the limit follows what operations take") {
  fixture f{with_delay(250ms)};
  CHECK(f.limit_of(0) == most);
  f.ledger.operation_time = 400us;
  for (int group = 0; group < 8; ++group) {
    f.fill(1);
    f.finish();
  }
  CHECK(f.limit_of(0) == most);
  for (int group = 0; group < 4; ++group) {
    f.fill(600);
    f.finish();
  }
  // 625 would fit into the delay. How much more on a busy machine depends on how late it wakes up.
  CHECK(f.limit_of(0) >= limits::shard_operations_min);
  CHECK(f.limit_of(0) < most / 2);
}

TEST_CASE("set_queue_delay() counts from the next group on") {
  fixture f{with_delay(patient)};
  const auto limit = f.show_slow_operations();
  f.store.set_queue_delay(patient * 2);
  CHECK(f.limit_of(0) == limit);
  f.fill(1);
  f.finish();
  CHECK(f.limit_of(0) >= 2 * limit);
  f.store.set_queue_delay(0ms);
  f.fill(1);
  f.finish();
  CHECK(f.limit_of(0) == most);
}

TEST_CASE("several loops exceed the limit by a batch of each at most") {
  constexpr std::size_t loops = 3;
  paced_ledger ledger;
  actors::actor_store store{
      1, with_delay(patient), ledger, {counter::durability::sync::always}, 64 << 20};
  ledger.shut();
  std::vector<std::size_t> accepted(loops);
  std::vector<std::thread> threads;
  std::atomic<std::size_t> full = 0;
  for (auto& count : accepted)
    threads.emplace_back([&] {
      loop_parts parts;
      counter::store_client client{parts.loop, store};
      const boost::intrusive_ptr peer{new listener};
      std::size_t sent = 0;
      while (peer->counts[outcome::overloaded] == 0) {
        const counter::store_client::pass pass{client};
        for (int i = 0; i < 700; ++i, ++sent)
          client.send({{operation::add, "x", 1}, nullptr}, 0, *peer);
      }
      if (++full == loops) {
        CHECK(store.statistics().shards[0].queued_operations <=
              most + (loops - 1) * limits::batch_operations_max);
        ledger.open();
      }
      while (peer->use_count() > 1)
        const counter::store_client::pass pass{client};
      count = peer->counts[outcome::ok];
      CHECK(count + peer->counts[outcome::overloaded] == sent);
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(accepted[0] + accepted[1] + accepted[2] >= most);
  store.close();
}

// -- over HTTP ------------------------------------------------------------------

namespace {

std::string post(std::string_view target, std::string_view body, std::string_view fields = "") {
  return support::request("POST", target,
                          "Content-Type: application/json\r\n" + std::string{fields} +
                              "Content-Length: " + std::to_string(body.size()) + "\r\n") +
         std::string{body};
}

}  // namespace

TEST_CASE("every way to be refused has a Retry-After that varies, and operators are served") {
  paced_ledger ledger;
  const auto chosen = with_delay(1ms);
  actors::actor_store store{1, chosen, ledger, {counter::durability::sync::always}, 64 << 20};
  http::server server{"1.2.3", chosen, {}, 1, store};
  const auto address = server.listen(http::audience::clients, "127.0.0.1", "0").at(0);
  const auto operators = server.listen(http::audience::operators, "127.0.0.1", "0").at(0);
  server.start();
  support::client first{address};
  for (int i = 0; i < limits::stall_groups; ++i)
    REQUIRE(first.ask(support::get_request("/inc?name=x")).status == 200);
  ledger.shut();
  first.send(support::get_request("/inc?name=x"));
  ledger.wait_for_commits(limits::stall_groups + 1);
  int waiting = 1;
  std::vector<support::client> others;
  for (;; ++waiting) {
    auto& other = others.emplace_back(address);
    other.send(support::get_request("/inc?name=x"));
    if (other.is_readable(20))
      break;
  }
  CHECK(others.back().read_answer().status == 503);

  const std::string ten = R"({"ops":[{"op":"add","name":"x"},{"op":"get","name":"y"}]})";
  support::client peer{address};
  std::map<std::string, std::set<std::string>> delays;
  for (int i = 0; i < 30; ++i) {
    for (const auto& request :
         {support::get_request("/inc?name=x"), support::get_request("/get?name=x"),
          support::request("GET", "/inc?name=x", "Idempotency-Key: k\r\n"),
          post("/v1/counters/x", "{}"), post("/v1/counters/x", "{}", "If-Match: \"7\"\r\n"),
          post("/v1/batch", ten), post("/v1/batch", ten, "Idempotency-Key: k\r\n"),
          support::get_request("/v1/counters")}) {
      CAPTURE(request);
      const auto answer = peer.ask(request);
      CHECK(answer.status == 503);
      const auto delay = answer.field("Retry-After");
      CHECK((delay.size() <= 2 && std::stoi(delay) >= 1 && std::stoi(delay) <= 30));
      delays[request].insert(delay);
      if (request.find(" /v1/") != std::string::npos)
        CHECK(answer.body.find(R"("code":"overloaded")") != std::string::npos);
      else
        CHECK(answer.body == "overloaded, try again\n");
    }
  }
  for (const auto& [request, values] : delays) {
    CAPTURE(request);
    CHECK(values.size() > 1);
  }

  support::client operator_{operators};
  CHECK(operator_.ask(support::get_request("/readyz")).status == 200);
  const auto numbers = operator_.ask(support::get_request("/metrics")).body;
  const auto has = [&numbers](const std::string& line) {
    return numbers.find("\n" + line + "\n") != std::string::npos;
  };
  CHECK(has(R"(counterd_shed_operations_total{priority="bulk"} 30)"));
  CHECK(has(R"(counterd_shed_operations_total{priority="retry"} 120)"));
  CHECK(has("counterd_shard_queued_operations{shard=\"0\"} " + std::to_string(waiting)));
  CHECK(has(R"(counterd_http_refusals_total{code="internal"} 0)"));

  ledger.open();
  CHECK(first.read_answer().status == 200);
  others.pop_back();
  for (auto& other : others)
    CHECK(other.read_answer().status == 200);
  CHECK(peer.ask(support::get_request("/get?name=x")).body ==
        "x: " + std::to_string(limits::stall_groups + waiting) + "\n");
  server.stop();
  store.close();
}
