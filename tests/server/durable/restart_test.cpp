// What a restart, by whatever end and with other shards, leaves as it was.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace support;

namespace {

/// One server after another on the same directory.
class reign {
public:
  reign() { start({"--shards", "1"}); }

  /// By SIGTERM, or by SIGKILL.
  void change(bool is_killed, const words& flags) {
    if (!is_killed)
      REQUIRE(server_->stop().exit_code == 0);
    server_.reset();
    start(flags);
  }

  answer ask(const std::string& request) { return client{server_->port()}.ask(request); }
  server_process& server() { return *server_; }
  std::string directory() const { return disk_ / "data"; }

private:
  void start(const words& flags) { server_.emplace(kept_in(directory(), flags)); }

  temporary_directory disk_;
  std::optional<server_process> server_;
};

/// Calls `after` when the server has been replaced, by each of these ways.
template <class Function>
void restart_in_turn(reign& servers, Function after) {
  const std::pair<bool, std::string> ways[] = {{true, "4"}, {false, "1"}, {true, "3"}};
  for (const auto& [is_killed, shards] : ways) {
    CAPTURE(is_killed);
    CAPTURE(shards);
    servers.change(is_killed, {"--shards", shards, "--threads", "2"});
    after();
  }
}

}  // namespace

TEST_CASE("a request that was answered before a restart is answered again after it") {
  reign servers;
  const std::string changes[] = {
      request("POST", counter_path("a"), key_field("k")),
      request("POST", counter_path("a", "delta=5&ttl=1000"), key_field("k2")),
      request("PUT", counter_path("b", "value=7"), key_field("k")),
      request("POST", counter_path("b", "max=7&on_limit=clamp"), key_field("k2")),
      request("DELETE", counter_path("b"), key_field("k3")),
  };
  std::vector<answer> first;
  for (const auto& change : changes) {
    first.push_back(servers.ask(change));
    REQUIRE(first.back().status < 300);
  }
  restart_in_turn(servers, [&] {
    for (std::size_t i = 0; i < first.size(); ++i) {
      CAPTURE(i);
      CHECK(defect_of_idempotency_record(servers.ask(changes[i]), first[i]) == "");
    }
    CHECK(defect_of_problem(
              servers.ask(request("POST", counter_path("a", "delta=2"), key_field("k"))), 422,
              "idempotency-mismatch") == "");
    CHECK(servers.ask(get_request("/get?name=a")).body == "a: 6\n");
    CHECK(servers.ask(get_request("/get?name=b")).status == 404);
  });
}

TEST_CASE("a batch that was answered before a restart is answered again after it") {
  reign servers;
  const auto batch = batch_of(R"({"op":"add","name":"a"},{"op":"add","name":"b","delta":3},)"
                              R"({"op":"add","name":"a"},{"op":"delete","name":"none"})",
                              key_field("k"));
  const auto first = results_of(servers.ask(batch));
  REQUIRE(integer_at(first[2], "value") == 2);
  restart_in_turn(servers, [&] {
    const auto again = results_of(servers.ask(batch));
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(again[i].at("replayed").as_bool());
      CHECK(without(again[i], {"replayed"}) == without(first[i], {}));
    }
    CHECK(integer_at(again[3], "status") == 404);  // refused, so not remembered
    CHECK(servers.ask(get_request("/get?name=a")).body == "a: 2\n");
    CHECK(servers.ask(get_request("/get?name=b")).body == "b: 3\n");
  });
}

TEST_CASE("versions go on growing, and what was seen before a restart can be asked for after it") {
  reign servers;
  auto tag = servers.ask(request("PUT", counter_path("a", "value=1"))).field("ETag");
  auto newest = integer_at(object_of(servers.ask(request("POST", counter_path("b")))), "version");
  REQUIRE(servers.ask(request("DELETE", counter_path("b"))).status == 204);
  auto value = 1;
  restart_in_turn(servers, [&] {
    const auto if_match = [&](const std::string& wanted) {
      return request("POST", counter_path("a"), "If-Match: " + wanted + "\r\n");
    };
    CHECK(servers.ask(get_request(counter_path("a"))).field("ETag") == tag);
    CHECK(servers.ask(request("GET", counter_path("a"), "If-None-Match: " + tag + "\r\n")).status ==
          304);
    const auto said = servers.ask(if_match(tag));
    REQUIRE(said.status == 200);
    CHECK(integer_at(object_of(said), "value") == ++value);
    CHECK(defect_of_problem(servers.ask(if_match(tag)), 412, "precondition-failed") == "");
    tag = said.field("ETag");
    // Of a name that was deleted, too: no version is used twice.
    const auto created = servers.ask(request("POST", counter_path("b")));
    CHECK(created.status == 201);
    const auto version = integer_at(object_of(created), "version");
    CHECK(version > newest);
    newest = version;
    REQUIRE(servers.ask(request("DELETE", counter_path("b"))).status == 204);
  });
}

TEST_CASE("all that was answered before SIGTERM is there, and the next start replays nothing") {
  reign servers;
  client connection{servers.server().port()};
  create_many(connection, "c", 5000);
  const auto before = list_all(connection, "/v1/counters?limit=1000");
  REQUIRE(before.size() == 5000);
  restart_in_turn(servers, [&] {
    client next{servers.server().port()};
    const auto after = list_all(next, "/v1/counters?limit=1000");
    CHECK((after == before));
  });
  const auto ended = servers.server().stop();
  CHECK(ended.exit_code == 0);
  CHECK(ended.log.find("stopping on SIGTERM") != ended.log.npos);
  CHECK(ended.log.find(" warn") == ended.log.npos);
  CHECK(check_of(servers.directory()).output == told_of(5000, 0));
}

TEST_CASE("what is under way when SIGTERM comes is done if it was answered, and else was not") {
  reign servers;
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    client writer{servers.server().port()};
    std::string many;
    for (int i = 0; i < 100; ++i)
      many += get_request("/inc?name=x" + std::to_string(round));
    writer.send(many);
    servers.server().signal(SIGTERM);
    const auto told = statuses(writer.read_to_end());
    const auto done = std::count(told.begin(), told.end(), 200);
    CHECK(servers.server().wait().exit_code == 0);
    servers.change(true, {});
    const auto found = servers.ask(get_request("/get?name=x" + std::to_string(round))).body;
    if (done > 0)
      CHECK(found == "x" + std::to_string(round) + ": " + std::to_string(done) + "\n");
    else
      CHECK(found == "x" + std::to_string(round) + " not found\n");
  }
}
