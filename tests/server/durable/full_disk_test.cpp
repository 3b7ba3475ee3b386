// A disk that is full: nothing is changed, all is read, and it heals by itself.

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
constexpr std::size_t new_counters = 100;  // of a batch

std::string code_of(const answer& said) {
  return said.status < 400 ? "" : text_at(object_of(said), "code");
}

/// Changes counters that nobody else does, and knows what each has to be.
class writer {
public:
  explicit writer(int number) : prefix_(std::string(1, static_cast<char>('a' + number))) {}

  /// Throws where an answer is not one of those that there may be.
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
  bool count(const answer& said) {
    if (said.status != 200 && said.status != 201 && code_of(said) != "disk-full")
      throw std::runtime_error{said.body};
    ++(said.status < 300 ? done : refused);
    return said.status < 300;
  }

  /// Uses the room up.
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
    const auto said = connection.ask(get_request("/get?name=" + name));
    const auto expected =
        value == 0 ? name + " not found\n" : name + ": " + std::to_string(value) + "\n";
    if (said.body != expected)
      throw std::runtime_error{"not " + expected + "but " + said.body};
  }

  std::string prefix_;
  std::map<std::string, std::int64_t> values_;
  std::size_t next_ = 0;
};

/// Writers at work, each on a connection of its own.
class crew {
public:
  explicit crew(std::vector<std::unique_ptr<writer>>& all, std::uint16_t port) : all_(all) {
    thread_ = std::thread{[this, port] {
      failures_ = run_together(writers, [&](int which) {
        client connection{port};
        while (!is_over_)
          all_[static_cast<std::size_t>(which)]->step(connection);
      });
      has_ended_ = true;
    }};
  }
  ~crew() {
    is_over_ = true;
    if (thread_.joinable())
      thread_.join();
  }

  /// Waits until every one is refused, again and again. Returns why they are not.
  std::string fills_up() { return wait_for("refused", &writer::refused); }
  /// Likewise, until every one changes something.
  std::string heals() { return wait_for("done", &writer::done); }

  words stop() {
    is_over_ = true;
    thread_.join();
    return failures_;
  }

private:
  std::string wait_for(const std::string& what, std::atomic<int> writer::*count) {
    const auto end = steady_clock::now() + std::chrono::seconds{30};
    std::vector<int> wanted;
    for (const auto& one : all_)
      wanted.push_back((*one).*count + 5);
    for (std::size_t i = 0; i < wanted.size();) {
      if ((*all_[i]).*count >= wanted[i])
        ++i;
      else if (has_ended_)
        return "a writer has ended";
      else if (steady_clock::now() > end)
        return "nothing of writer " + std::to_string(i) + " is " + what;
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

/// Everything, and nothing else, by way of a list.
void check_all(std::uint16_t port, const std::vector<std::unique_ptr<writer>>& all) {
  std::map<std::string, std::int64_t> expected, found;
  for (const auto& one : all)
    expected.insert(one->values().begin(), one->values().end());
  client connection{port};
  for (const auto& counter : list_all(connection, "/v1/counters?limit=1000"))
    found[text_at(counter, "name")] = integer_at(counter, "value");
  CHECK(found.size() == expected.size());
  CHECK((found == expected));
}

}  // namespace

TEST_CASE("a full disk refuses changes, reads go on, and it heals by itself") {
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
    server.emplace(kept_in(data, {"--shards", shards}));
    for (int round = 0; round < (shards == "1" ? 1 : 2); ++round) {
      CAPTURE(round);
      crew working{all, server->port()};
      CHECK(working.heals() == "");  // not ill yet
      disk.fill();
      CHECK(working.fills_up() == "");
      CHECK(get(server->port(), "/v1/info").status == 200);
      CHECK(working.fills_up() == "");  // and stays so
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
    // Killed when it was full last: what is on the disk has to do.
    server.reset();
    server.emplace(kept_in(data, {"--shards", "2"}));
    check_all(server->port(), all);
    CHECK(server->stop().exit_code == 0);
  }
  std::size_t counters = 0;
  for (const auto& one : all)
    counters += one->values().size();
  CHECK(check_of(data).output == told_of(counters, 0));
}

TEST_CASE("a full disk makes no backup, and leaves nothing of it") {
  small_disk disk;
  if (!disk.is_there())
    return;
  const auto data = disk / "data";
  const server_process server{kept_in(data)};
  client connection{server.port()};
  create_many(connection, "c", 20'000);
  disk.fill();
  const auto backup = request("POST", "/v1/admin/backup?name=b");
  CHECK(defect_of_problem(connection.ask(backup), 507, "disk-full") == "");
  CHECK(std::filesystem::is_empty(data + "/backups"));
  CHECK(value_of(connection, "c019999") == 19'999);
  disk.empty();
  auto said = connection.ask(request("POST", counter_path("x")));
  const auto end = steady_clock::now() + std::chrono::seconds{20};
  while (said.status == 507 && steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
    said = connection.ask(request("POST", counter_path("x")));
  }
  CHECK(said.status == 201);
  CHECK(connection.ask(backup).status == 201);
}

TEST_CASE("no server starts where there is no room for what it needs") {
  small_disk disk;
  if (!disk.is_there())
    return;
  const auto data = disk / "data";
  {
    const server_process server{kept_in(data)};
    client connection{server.port()};
    create_many(connection, "c", 1000);
  }
  disk.fill();
  const auto ended = process{counterd({"--listen", "127.0.0.1:0", "--data", data})}.wait();
  CAPTURE(ended.log);
  CHECK(ended.exit_code > 0);
  CHECK(ended.log.find("counterd: " + data) != ended.log.npos);
  CHECK(ended.log.find("o space left on device") != ended.log.npos);
  CHECK(check_of(data).output == told_of(1000, 0));
  disk.empty();
  const server_process server{kept_in(data)};
  client connection{server.port()};
  CHECK(list_all(connection, "/v1/counters?limit=1000").size() == 1000);
}
