#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace support;

namespace {

/// Returns the value of the series in what /metrics has returned; empty if there is none.
std::string value_of(const std::string& text, const std::string& series) {
  const auto begin = ("\n" + text).find("\n" + series + " ");
  if (begin == std::string::npos)
    return {};
  const auto value = begin + series.size() + 1;
  return text.substr(value, text.find('\n', value) - value);
}

std::string metrics_of(const server_process& server, std::size_t address = 0) {
  const auto answer = get(server.port(address), "/metrics");
  REQUIRE(answer.status == 200);
  REQUIRE(answer.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  return answer.body;
}

}  // namespace

TEST_CASE("/metrics counts what clients were answered, over all loops and shards") {
  const server_process server{{"--threads", "2", "--shards", "3"}};
  for (int i = 0; i < 10; ++i)
    get(server.port(), "/inc?name=x" + std::to_string(i));
  get(server.port(), "/get?name=x1");
  get(server.port(), "/get?name=missing");
  get(server.port(), "/v1/counters/missing");
  client broken{server.port()};
  CHECK(broken.ask("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status == 400);
  const auto text = metrics_of(server);
  CHECK(value_of(text, R"(counterd_http_requests_total{route="/inc",class="2xx"})") == "10");
  CHECK(value_of(text, R"(counterd_http_requests_total{route="/get",class="2xx"})") == "1");
  CHECK(value_of(text, R"(counterd_http_requests_total{route="/get",class="4xx"})") == "1");
  CHECK(value_of(text, R"(counterd_http_requests_total{route="none",class="4xx"})") == "1");
  CHECK(value_of(text, R"(counterd_http_refusals_total{code="not-found"})") == "2");
  CHECK(value_of(text, R"(counterd_operations_total{kind="add"})") == "10");
  CHECK(value_of(text, R"(counterd_operations_total{kind="get"})") == "3");
  CHECK(value_of(text, "counterd_counters") == "10");
  CHECK(value_of(text, "counterd_ready") == "1");
  CHECK(value_of(text, "counterd_connections_accepted_total") == "15");
  // The last name is a peer's nowhere.
  CHECK(text.find("missing") == std::string::npos);
  // /v1/stats has the same.
  const auto stats = get(server.port(), "/v1/stats");
  CHECK(stats.field("Content-Type") == "application/json");
  CHECK(stats.body.find(R"({"labels":{"route":"/inc","class":"2xx"},"value":10})") !=
        std::string::npos);
}

TEST_CASE("/metrics tells how connections have ended") {
  const server_process server{{"--idle-timeout", "1s", "--header-timeout", "1s"}};
  {
    client answered{server.port()};
    answered.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    answered.read_to_end();
    client peer{server.port()};
    peer.ask(get_request("/"));
    peer.half_close();
    peer.read_to_end();
    client idle{server.port()};
    idle.ask(get_request("/"));
    idle.read_to_end();
    client slow{server.port()};
    slow.send("GET / HT");
    CHECK(slow.read_answer().status == 408);
    slow.half_close();
    slow.read_to_end();
    client reset{server.port()};
    reset.ask(get_request("/"));
    reset.reset();
  }
  client connection{server.port()};
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text = connection.ask(get_request("/metrics")).body;
    if (value_of(text, R"(counterd_connections_closed_total{reason="error"})") == "1")
      break;
  }
  for (const std::string reason : {"answered", "peer", "idle", "timeout", "error"}) {
    CAPTURE(reason);
    CHECK(value_of(text, "counterd_connections_closed_total{reason=\"" + reason + "\"}") == "1");
  }
}

TEST_CASE("/metrics has the commits, the disk and the backups of a server with --data") {
  const temporary_directory disk;
  const server_process server{{"--data", (disk.path() / "data").string()}};
  client connection{server.port()};
  for (int i = 0; i < 5; ++i)
    CHECK(connection.ask(get_request("/inc?name=x")).status == 200);
  CHECK(connection.ask(request("POST", "/v1/counters/x?delta=1", "Idempotency-Key: \"a\"\r\n"))
            .status == 200);
  CHECK(connection.ask(request("POST", "/v1/counters/x?delta=1", "Idempotency-Key: \"a\"\r\n"))
            .status == 200);
  CHECK(connection.ask(request("POST", "/v1/admin/backup?name=b")).status == 201);
  const auto text = connection.ask(get_request("/metrics")).body;
  CHECK(value_of(text, "counterd_commit_operations_sum") >= "7");
  CHECK(value_of(text, R"(counterd_request_seconds_count{via="mailbox"})") != "0");
  CHECK(value_of(text, "counterd_idempotency_replays_total") == "1");
  CHECK(value_of(text, R"(counterd_disk_state{state="good"})") == "1");
  CHECK(value_of(text, R"(counterd_backups_total{result="ok"})") == "1");
  CHECK(value_of(text, "counterd_backup_last_success_timestamp_seconds") > "1700000000");
  CHECK(value_of(text, "counterd_disk_free_bytes") != "0");
  CHECK(value_of(text, "counterd_disk_needed_bytes") != "0");
}

TEST_CASE("/metrics counts the failed operations of a batch, and each replayed one once") {
  const server_process server;
  client connection{server.port()};
  const auto batch = batch_of(R"({"op":"get","name":"none"},{"op":"add","name":"x"})",
                              "Idempotency-Key: \"k\"\r\n");
  for (int i = 0; i < 3; ++i)
    CHECK(connection.ask(batch).status == 200);
  const auto text = connection.ask(get_request("/metrics")).body;
  CHECK(value_of(text, R"(counterd_http_requests_total{route="/v1/batch",class="2xx"})") == "3");
  CHECK(value_of(text, R"(counterd_http_refusals_total{code="not-found"})") == "3");
  CHECK(value_of(text, "counterd_idempotency_replays_total") == "2");
}

TEST_CASE("every connection that was accepted is open or has ended for some reason") {
  const server_process server{{"--max-connections", "1", "--ops-listen", "127.0.0.1:0"}};
  client held{server.port()};
  CHECK(held.ask(get_request("/")).status == 200);
  std::vector<client> others;
  for (int i = 0; i < 100; ++i)
    others.emplace_back(server.port());
  const std::string reasons[] = {"peer", "answered", "idle", "timeout", "error", "drain", "shed"};
  client operators{server.port(1)};
  int ended = 0;
  for (int attempt = 0; attempt < 200 && ended < 100; ++attempt) {
    if (attempt == 20)
      others.clear();  // those that were sent a 503 end when they have read it
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    const auto text = operators.ask(get_request("/metrics")).body;
    ended = 0;
    for (const auto& reason : reasons)
      ended +=
          std::stoi(value_of(text, "counterd_connections_closed_total{reason=\"" + reason + "\"}"));
    CHECK(value_of(text, "counterd_connections") == "1");
    if (ended == 100)
      CHECK(value_of(text, "counterd_connections_accepted_total") == "101");
  }
  CHECK(ended == 100);
}

TEST_CASE("an address for operators serves what they need, and nothing else") {
  const server_process server{{"--ops-listen", "127.0.0.1:0"}};
  const auto operators = server.port(1);
  CHECK(get(server.port(), "/inc?name=x").body == "ok\n");
  CHECK(get(operators, "/livez").body == "ok\n");
  CHECK(get(operators, "/readyz").body == "ok\n");
  CHECK(get(operators, "/v1/stats").status == 200);
  CHECK(value_of(metrics_of(server, 1),
                 R"(counterd_http_requests_total{route="/inc",class="2xx"})") == "1");
  client connection{operators};
  CHECK(connection.ask(request("POST", "/v1/admin/backup?name=a")).status == 409);  // no --data
  for (const std::string target :
       {"/inc?name=x", "/get?name=x", "/", "/v1/counters", "/v1/counters/x", "/v1/info"}) {
    CAPTURE(target);
    CHECK(connection.ask(get_request(target)).status == 404);
  }
  CHECK(get(server.port(), "/get?name=x").body == "x: 1\n");
}

TEST_CASE("a server without --anonymous shows its metrics to others at --ops-listen only") {
  server_process server{{"--ops-listen", "0.0.0.0:0"}};
  CHECK(get(server.port(1), "/metrics").status == 200);
  client forwarded{server.port(1)};
  CHECK(forwarded.ask(request("GET", "/metrics", "X-Forwarded-For: 192.0.2.1\r\n")).status == 200);
  CHECK(forwarded.ask(request("POST", "/v1/admin/backup?name=a", "X-Forwarded-For: 192.0.2.1\r\n"))
            .status == 403);
  const auto ended = server.stop();
  CHECK(ended.exit_code == 0);
  CHECK(ended.log.find("warn") == std::string::npos);
}

TEST_CASE("a server ends in time although an operator keeps its connection") {
  server_process server{{"--ops-listen", "127.0.0.1:0"}};
  client operators{server.port(1)};
  CHECK(operators.ask(get_request("/livez")).status == 200);
  const auto ended = server.stop();
  CHECK(ended.exit_code == 0);
  CHECK(ended.log.find("did not end in time") == std::string::npos);
}
