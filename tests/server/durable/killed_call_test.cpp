// A server that is killed just before one of its calls to the file system.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/faults.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

using namespace support;

namespace {

/// The call of this kind that a thread makes for the `number`th time.
struct call {
  std::string kind;
  int number;
};

std::string killed_at(const call& call) {
  return call.kind + ":signal=SIGKILL:when=" + std::to_string(call.number);
}

/// Returns whether a server starts before it is killed at that call.
bool starts(const std::string& directory, const call& call) {
  try {
    const server_process server{stored_in(directory), injected(killed_at(call))};
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

/// Adds 1 to one counter after another, with a new key each time, and knows which
/// additions were confirmed.
class script {
public:
  /// Makes up to `changes`, until one fails.
  void run(std::uint16_t port, int changes) {
    try {
      client connection{port};
      for (int i = 0; i < changes; ++i)
        if (!step(connection))
          return;
    } catch (const std::runtime_error&) {  // killed before it replied
    }
  }

  /// Repeats the change that was not confirmed, and checks that each is there once.
  void check(std::uint16_t port) {
    client connection{port};
    for (const auto& [name, value] : values_) {
      const auto is_open = name == name_of(next_);
      const auto found = value_of_or_0(connection, name);
      CAPTURE(name);
      CHECK(found >= value);
      CHECK(found <= value + (is_open ? 1 : 0));
    }
    CHECK(step(connection));
    for (const auto& [name, value] : values_)
      CHECK(value_of_or_0(connection, name) == value);
  }

private:
  static std::string name_of(int number) { return "c" + std::to_string(number % 3); }

  static std::int64_t value_of_or_0(client& connection, const std::string& name) {
    const auto reply = connection.ask(get_request(counter_path(name)));
    return reply.status == 404 ? 0 : integer_at(object_of(reply), "value");
  }

  bool step(client& connection) {
    const auto name = name_of(next_);
    const auto reply =
        connection.ask(request("POST", counter_path(name), key_field("k" + std::to_string(next_))));
    if (reply.status >= 500)
      return false;
    ++next_;
    if (integer_at(object_of(reply), "value") != ++values_[name])
      throw std::logic_error{"not added once: " + reply.body};
    return true;
  }

  std::map<std::string, std::int64_t> values_{{"c0", 0}, {"c1", 0}, {"c2", 0}};
  int next_ = 0;
};

}  // namespace

TEST_CASE("a server killed at any call of a change has done it once or does it on retry") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const auto data = disk / "data";
  script changes;
  // The first change after a start writes zeros to the log and syncs its directory.
  const call table[] = {{"write", 1},    {"write", 2},     {"write", 3},     {"write", 4},
                        {"write", 9},    {"fdatasync", 1}, {"fdatasync", 2}, {"fdatasync", 7},
                        {"pwrite64", 1}, {"pwrite64", 2},  {"pwrite64", 3},  {"pwrite64", 7},
                        {"fsync", 1}};
  for (const auto& call : table) {
    CAPTURE(call.kind);
    CAPTURE(call.number);
    server_process server{stored_in(data, {"--shards", "2"}), injectable()};
    changes.check(server.port());
    const fault dying{server, killed_at(call)};
    changes.run(server.port(), 20);
    CHECK(server.wait().signal == SIGKILL);
  }
  const server_process server{stored_in(data)};
  changes.check(server.port());
}

TEST_CASE("a server killed at any call of its first start starts the next time") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const call table[] = {{"mkdir", 2},     {"write", 1},     {"write", 4},  {"write", 8},
                        {"fdatasync", 2}, {"fdatasync", 5}, {"fsync", 2},  {"fsync", 5},
                        {"fsync", 9},     {"rename", 1},    {"rename", 4}, {"rename", 6}};
  for (const auto& call : table) {
    CAPTURE(call.kind);
    CAPTURE(call.number);
    const auto data = disk / (call.kind + std::to_string(call.number));
    CHECK_FALSE(starts(data, call));
    const server_process server{stored_in(data)};
    script{}.check(server.port());
  }
}

TEST_CASE("a server killed at any call of two later starts has everything the next time") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const auto data = disk / "data";
  script changes;
  // Twice in a row: the second start finds what the first has left.
  const std::pair<call, call> table[] = {{{"write", 2}, {"write", 4}},
                                         {{"fdatasync", 1}, {"fdatasync", 2}},
                                         {{"rename", 1}, {"fsync", 1}},
                                         {{"rename", 2}, {"rename", 1}},
                                         {{"fsync", 3}, {"write", 6}}};
  for (const auto& [first, second] : table) {
    CAPTURE(first.kind);
    CAPTURE(first.number);
    {
      const server_process server{stored_in(data)};
      changes.check(server.port());
      changes.run(server.port(), 10);
    }
    CHECK_FALSE(starts(data, first));
    CHECK_FALSE(starts(data, second));
  }
  const server_process server{stored_in(data)};
  changes.check(server.port());
}
