// What restarts preserve, after SIGTERM and SIGKILL and with other numbers of shards.

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
class server_sequence {
public:
  server_sequence() { start({"--shards", "1"}); }

  /// Ends the server with SIGKILL or SIGTERM, and starts the next one.
  void replace(bool is_killed, const words& flags) {
    if (!is_killed)
      REQUIRE(server_->stop().exit_code == 0);
    server_.reset();
    start(flags);
  }

  answer ask(const std::string& request) { return client{server_->port()}.ask(request); }
  server_process& server() { return *server_; }
  std::string directory() const { return disk_ / "data"; }

private:
  void start(const words& flags) { server_.emplace(stored_in(directory(), flags)); }

  temporary_directory disk_;
  std::optional<server_process> server_;
};

/// Replaces the server several times, in different ways, and calls `after` each time.
template <class Function>
void restart_in_turn(server_sequence& servers, Function after) {
  const std::pair<bool, std::string> ways[] = {{true, "4"}, {false, "1"}, {true, "3"}};
  for (const auto& [is_killed, shards] : ways) {
    CAPTURE(is_killed);
    CAPTURE(shards);
    servers.replace(is_killed, {"--shards", shards, "--threads", "2"});
    after();
  }
}

}  // namespace

TEST_CASE("a request repeated after a restart has its first reply") {
  server_sequence servers;
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

TEST_CASE("a batch repeated after a restart has its first reply") {
  server_sequence servers;
  const auto batch = batch_of(R"({"op":"add","name":"a"},{"op":"add","name":"b","delta":3},)"
                              R"({"op":"add","name":"a"},{"op":"delete","name":"none"})",
                              key_field("k"));
  const auto reordered = batch_of(R"({"op":"add","name":"b","delta":3},{"op":"add","name":"a"},)"
                                  R"({"op":"add","name":"a"},{"op":"delete","name":"none"})",
                                  key_field("k"));
  const auto first = results_of(servers.ask(batch));
  REQUIRE(integer_at(first[2], "value") == 2);
  restart_in_turn(servers, [&] {
    CHECK(defect_of_problem(servers.ask(reordered), 422, "idempotency-mismatch") == "");
    const auto again = results_of(servers.ask(batch));
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(again[i].at("replayed").as_bool());
      CHECK(without(again[i], {"replayed"}) == without(first[i], {}));
    }
    CHECK(integer_at(again[3], "status") == 404);  // refused, so not recorded
    CHECK(servers.ask(get_request("/get?name=a")).body == "a: 2\n");
    CHECK(servers.ask(get_request("/get?name=b")).body == "b: 3\n");
  });
}

TEST_CASE("versions grow over restarts, and tags from before a restart stay valid") {
  server_sequence servers;
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
    const auto reply = servers.ask(if_match(tag));
    REQUIRE(reply.status == 200);
    CHECK(integer_at(object_of(reply), "value") == ++value);
    CHECK(defect_of_problem(servers.ask(if_match(tag)), 412, "precondition-failed") == "");
    tag = reply.field("ETag");
    // No version is used twice, nor for a name that was deleted.
    const auto created = servers.ask(request("POST", counter_path("b")));
    CHECK(created.status == 201);
    const auto version = integer_at(object_of(created), "version");
    CHECK(version > newest);
    newest = version;
    REQUIRE(servers.ask(request("DELETE", counter_path("b"))).status == 204);
  });
}

TEST_CASE("a restart after SIGTERM has every acknowledged change") {
  server_sequence servers;
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
  CHECK(check_of(servers.directory()).output == report_of(5000, 0));
}

TEST_CASE("a request pending at SIGTERM is carried out exactly if it was answered") {
  server_sequence servers;
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    client writer{servers.server().port()};
    std::string many;
    for (int i = 0; i < 100; ++i)
      many += get_request("/inc?name=x" + std::to_string(round));
    writer.send(many);
    servers.server().signal(SIGTERM);
    const auto received = statuses(writer.read_to_end());
    const auto done = std::count(received.begin(), received.end(), 200);
    CHECK(servers.server().wait().exit_code == 0);
    servers.replace(true, {});
    const auto found = servers.ask(get_request("/get?name=x" + std::to_string(round))).body;
    if (done > 0)
      CHECK(found == "x" + std::to_string(round) + ": " + std::to_string(done) + "\n");
    else
      CHECK(found == "x" + std::to_string(round) + " not found\n");
  }
}
