// A full disk refuses changes, serves reads, and recovers by itself.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/small_disk.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace support;

namespace {

using std::chrono::steady_clock;

constexpr int writers = 3;
constexpr std::size_t new_counters = 100;  // in a batch

std::string code_of(const answer& reply) {
  return reply.status < 400 ? "" : text_at(object_of(reply), "code");
}

/// Changes counters of its own, and knows the value that each must have.
class writer {
public:
  explicit writer(int number) : prefix_(std::string(1, static_cast<char>('a' + number))) {}

  /// Throws std::runtime_error if a reply is not one of the expected ones.
  void step(client& connection) {
    const auto name = prefix_;
    auto& value = values_[name];
    if (count(connection.ask(request("POST", counter_path(name)))))
      ++value;
    const auto text = connection.ask(get_request("/inc?name=" + name));
    if (text.status == 200)
      ++value;
    else if (text.status != 507 || text.body != "the disk is full\n")
      throw std::runtime_error{text.body};
    check(connection, name, value);
    make_new(connection);
  }

  const std::map<std::string, std::int64_t>& values() const { return values_; }

  std::atomic<int> done = 0, refused = 0;

private:
  bool count(const answer& reply) {
    if (reply.status != 200 && reply.status != 201 && code_of(reply) != "disk-full")
      throw std::runtime_error{reply.body};
    ++(reply.status < 300 ? done : refused);
    return reply.status < 300;
  }

  /// Creates counters, which fill the disk.
  void make_new(client& connection) {
    std::string operations;
    const auto first = next_;
    for (; next_ < first + new_counters; ++next_)
      operations += std::string{operations.empty() ? "" : ","} + R"({"op":"set","name":")" +
                    name_of(next_) + R"(","value":)" + std::to_string(next_) + "}";
    const auto results = results_of(connection.ask(batch_of(operations)));
    for (std::size_t i = 0; i < results.size(); ++i)
      if (integer_at(results[i], "status") == 201)
        values_[name_of(first + i)] = static_cast<std::int64_t>(first + i);
      else if (text_at(results[i], "code") != "disk-full")
        throw std::runtime_error{"an operation of a batch: " + text_at(results[i], "code")};
    if (!values_.contains(name_of(first)))
      check(connection, name_of(first), 0);
  }

  std::string name_of(std::size_t number) const {
    return numbered(prefix_ + std::string(240, '-'), number);
  }

  static void check(client& connection, const std::string& name, std::int64_t value) {
    const auto reply = connection.ask(get_request("/get?name=" + name));
    const auto expected =
        value == 0 ? name + " not found\n" : name + ": " + std::to_string(value) + "\n";
    if (reply.body != expected)
      throw std::runtime_error{"not " + expected + "but " + reply.body};
  }

  std::string prefix_;
  std::map<std::string, std::int64_t> values_;
  std::size_t next_ = 0;
};

/// Runs the writers, each on a connection of its own.
class crew {
public:
  explicit crew(std::vector<std::unique_ptr<writer>>& all, std::uint16_t port) : all_(all) {
    thread_ = std::thread{[this, port] {
      failures_ = run_together(writers, [&](int number) {
        client connection{port};
        while (!is_over_)
          all_[static_cast<std::size_t>(number)]->step(connection);
      });
      has_ended_ = true;
    }};
  }
  ~crew() {
    is_over_ = true;
    if (thread_.joinable())
      thread_.join();
  }

  /// Waits until changes of every writer are refused. Returns why they are not, or "".
  std::string fills_up() { return wait_for("refused", &writer::refused); }
  /// Waits until changes of every writer are done. Returns why they are not, or "".
  std::string heals() { return wait_for("done", &writer::done); }

  words stop() {
    is_over_ = true;
    thread_.join();
    return failures_;
  }

private:
  std::string wait_for(const std::string& state, std::atomic<int> writer::*count) {
    const auto end = steady_clock::now() + std::chrono::seconds{30};
    std::vector<int> goals;
    for (const auto& each : all_)
      goals.push_back((*each).*count + 5);
    for (std::size_t i = 0; i < goals.size();) {
      if ((*all_[i]).*count >= goals[i])
        ++i;
      else if (has_ended_)
        return "a writer has ended";
      else if (steady_clock::now() > end)
        return "no change of writer " + std::to_string(i) + " is " + state;
      else
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return {};
  }

  std::vector<std::unique_ptr<writer>>& all_;
  std::atomic<bool> is_over_ = false, has_ended_ = false;
  words failures_;
  std::thread thread_;
};

/// Checks that a list has exactly the writers' counters.
void check_all(std::uint16_t port, const std::vector<std::unique_ptr<writer>>& all) {
  std::map<std::string, std::int64_t> expected, found;
  for (const auto& writer : all)
    expected.insert(writer->values().begin(), writer->values().end());
  client connection{port};
  for (const auto& counter : list_all(connection, "/v1/counters?limit=1000"))
    found[text_at(counter, "name")] = integer_at(counter, "value");
  CHECK(found.size() == expected.size());
  CHECK((found == expected));
}

}  // namespace

TEST_CASE("a full disk refuses changes, serves reads, and recovers by itself") {
  small_disk disk;
  if (!disk.is_there())
    return;
  const auto data = disk / "data";
  std::vector<std::unique_ptr<writer>> all;
  for (int i = 0; i < writers; ++i)
    all.push_back(std::make_unique<writer>(i));
  std::optional<server_process> server;
  for (const std::string shards : {"1", "3"}) {
    CAPTURE(shards);
    server.emplace(stored_in(data, {"--shards", shards}));
    for (int round = 0; round < (shards == "1" ? 1 : 2); ++round) {
      CAPTURE(round);
      crew working{all, server->port()};
      CHECK(working.heals() == "");  // the disk is not full yet
      disk.fill();
      CHECK(working.fills_up() == "");
      CHECK(get(server->port(), "/v1/info").status == 200);
      CHECK(working.fills_up() == "");  // and it stays full
      disk.empty();
      const auto begin = steady_clock::now();
      CHECK(working.heals() == "");
      const auto took = steady_clock::now() - begin;
      MESSAGE("healed after " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count()
                              << " ms");
      CHECK(took < std::chrono::seconds{10});
      disk.fill();
      CHECK(working.fills_up() == "");
      CHECK(working.stop() == words{});
      check_all(server->port(), all);
      disk.empty();
    }
    // Killed: everything must be on the disk.
    server.reset();
    server.emplace(stored_in(data, {"--shards", "2"}));
    check_all(server->port(), all);
    CHECK(server->stop().exit_code == 0);
  }
  std::size_t counters = 0;
  for (const auto& writer : all)
    counters += writer->values().size();
  CHECK(check_of(data).output == report_of(counters, 0));
}

TEST_CASE("a backup on a full disk is refused and leaves nothing") {
  small_disk disk;
  if (!disk.is_there())
    return;
  const auto data = disk / "data";
  const server_process server{stored_in(data)};
  client connection{server.port()};
  create_many(connection, "c", 20'000);
  disk.fill();
  const auto backup = request("POST", "/v1/admin/backup?name=b");
  CHECK(defect_of_problem(connection.ask(backup), 507, "disk-full") == "");
  CHECK(std::filesystem::is_empty(data + "/backups"));
  CHECK(value_of(connection, "c019999") == 19'999);
  disk.empty();
  auto reply = connection.ask(request("POST", counter_path("x")));
  const auto end = steady_clock::now() + std::chrono::seconds{20};
  while (reply.status == 507 && steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
    reply = connection.ask(request("POST", counter_path("x")));
  }
  CHECK(reply.status == 201);
  CHECK(connection.ask(backup).status == 201);
}

TEST_CASE("a full disk that has room again heals without a request") {
  small_disk disk;
  if (!disk.is_there())
    return;
  for (const std::string sync : {"always", "interval"}) {
    CAPTURE(sync);
    server_process server{stored_in(disk / sync, {"--sync", sync})};
    client connection{server.port()};
    create_many(connection, "c", 1000);
    disk.fill();
    std::string body = "ok\n";
    const auto end = steady_clock::now() + std::chrono::seconds{20};
    // A backup writes what the log's zeros leave room for.
    for (int i = 0; body == "ok\n" && steady_clock::now() < end; ++i) {
      connection.ask(request("POST", "/v1/admin/backup?name=b" + std::to_string(i)));
      body = connection.ask(get_request("/inc?name=x")).body;
    }
    CHECK(body == "the disk is full\n");
    // Longer than the pauses between attempts to heal.
    std::this_thread::sleep_for(std::chrono::milliseconds{1'500});
    disk.empty();
    const auto begin = steady_clock::now();
    CHECK(server.wait_for_log("changes are taken again") != "");
    CHECK(steady_clock::now() - begin < std::chrono::seconds{3});
    CHECK(connection.ask(get_request("/inc?name=x")).status == 200);
  }
}

TEST_CASE("a server does not start on a full disk") {
  small_disk disk;
  if (!disk.is_there())
    return;
  const auto data = disk / "data";
  {
    const server_process server{stored_in(data)};
    client connection{server.port()};
    create_many(connection, "c", 1000);
  }
  disk.fill();
  const auto ended = process{counterd({"--listen", "127.0.0.1:0", "--data", data})}.wait();
  CAPTURE(ended.log);
  CHECK(ended.exit_code > 0);
  CHECK(ended.log.find("counterd: " + data) != ended.log.npos);
  CHECK(ended.log.find("o space left on device") != ended.log.npos);
  CHECK(check_of(data).output == report_of(1000, 0));
  disk.empty();
  const server_process server{stored_in(data)};
  client connection{server.port()};
  CHECK(list_all(connection, "/v1/counters?limit=1000").size() == 1000);
}
