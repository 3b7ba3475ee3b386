// A disk that fails: nobody knows what is done, until a restart tells.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/faults.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace support;

namespace {

constexpr int writers = 4;
constexpr int changes_max = 2000;  // of each, before it has to fail

/// The log of a server, or any of its files.
enum class place { log, any };

/// Adds 1 to a counter of its own, each time with another key, until that fails.
class writer {
public:
  explicit writer(int number) : name_("c" + std::to_string(number)) {}

  void write(std::uint16_t port) {
    try {
      client connection{port};
      for (int i = 0; i < changes_max; ++i) {
        last_ = connection.ask(next());
        if (last_.status >= 300)
          return;
        if (integer_at(object_of(last_), "value") != ++confirmed)
          throw std::logic_error{"not added once: " + last_.body};
      }
      throw std::logic_error{"nothing fails"};
    } catch (const std::runtime_error&) {
      last_ = {};  // the connection has ended without an answer
    }
  }

  /// What failed is sent again, as it was.
  void try_again(std::uint16_t port) {
    client connection{port};
    CAPTURE(name_);
    const auto said = connection.ask(next());
    CHECK(integer_at(object_of(said), "value") == ++confirmed);
    CHECK(value_of(connection, name_) == confirmed);
  }

  /// Of the one that failed, if there was one.
  const answer& last() const { return last_; }

  std::int64_t confirmed = 0;

private:
  std::string next() const {
    return request("POST", counter_path(name_), key_field(std::to_string(confirmed)));
  }

  std::string name_;
  answer last_;
};

int occurrences(std::string_view text, std::string_view part) {
  int found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

}  // namespace

TEST_CASE("what the disk fails under is unknown, the server ends, and a retry counts once") {
  if (!can_inject())
    return;
  // Each shard has a thread of its own, which counts its own calls.
  const std::pair<std::string, place> table[] = {
      {"fdatasync:error=EIO:when=1+", place::any},
      // Though it may succeed the next time: it does not say what has become of this one.
      {"fdatasync:error=EIO:when=20", place::any},
      // Not a full disk: it was written, and may be there.
      {"fdatasync:error=ENOSPC:when=20", place::any},
      {"write:error=EIO:when=20", place::log},
      // Of the directory, so that the log is found.
      {"fsync:error=EIO:when=1", place::any}};
  for (const auto& [what, where] : table)
    for (const std::string shards : {"1", "2"}) {
      CAPTURE(what);
      CAPTURE(shards);
      const temporary_directory disk;
      const auto data = disk / "data";
      std::vector<writer> all;
      for (int i = 0; i < writers; ++i)
        all.emplace_back(i);
      server_process server{kept_in(data, {"--shards", shards}), injectable()};
      const fault failing{server, what, where == place::log ? file_of(data, ".log").string() : ""};
      const auto failures = run_together(
          writers, [&](int which) { all[static_cast<std::size_t>(which)].write(server.port()); });
      REQUIRE(failures == words{});
      const auto ended = server.wait();
      CAPTURE(ended.log);
      CHECK(ended.exit_code == 1);
      CHECK(occurrences(ended.log, "no changes are taken any more") == 1);
      CHECK(occurrences(ended.log, "because the disk has failed") == 1);
      int unknown = 0;
      for (const auto& one : all) {
        const auto& said = one.last();
        CAPTURE(said.body);
        if (said.status == 500) {
          ++unknown;
          CHECK(defect_of_problem(said, 500, "outcome-unknown") == "");
        } else if (said.status != 0) {
          CHECK(defect_of_problem(said, 503, "draining") == "");
        }
      }
      CHECK(unknown > 0);
      const server_process next{kept_in(data, {"--shards", "3"})};
      for (auto& one : all)
        one.try_again(next.port());
    }
}

TEST_CASE("/inc tells that a disk has failed in one line") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  server_process server{kept_in(disk / "data"), injectable()};
  const fault failing{server, "fdatasync:error=EIO"};
  client connection{server.port()};
  const auto said = connection.ask(get_request("/inc?name=x"));
  CHECK(said.status == 500);
  CHECK(said.body == "the disk failed: it may or may not be done\n");
  CHECK(said.field("Connection") != "keep-alive");
  CHECK(server.wait().exit_code == 1);
}

TEST_CASE("without its witness a change is as safe, and the log tells of it") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    server_process server{kept_in(data), injectable()};
    const fault failing{server, "pwrite64:error=EIO"};
    client connection{server.port()};
    for (int i = 0; i < 20; ++i)
      CHECK(connection.ask(get_request("/inc?name=x")).body == "ok\n");
    server.wait_for_log("witness: cannot be written");
  }
  const server_process server{kept_in(data)};
  CHECK(get(server.port(), "/get?name=x").body == "x: 20\n");
}

TEST_CASE("a sync that fails while the server starts is refused, and harms nothing") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    const server_process server{kept_in(data)};
    for (int i = 0; i < 20; ++i)
      REQUIRE(get(server.port(), "/inc?name=x").body == "ok\n");
  }
  for (const std::string what :
       {"fsync:error=EIO:when=1", "fdatasync:error=EIO:when=1", "fdatasync:error=EIO:when=2"}) {
    CAPTURE(what);
    const auto how = injected(what);
    auto command = how.runner;
    const auto server = counterd({"--listen", "127.0.0.1:0", "--data", data});
    command.insert(command.end(), server.begin(), server.end());
    const auto ended = process{command, how}.wait();
    CAPTURE(ended.log);
    CHECK(ended.exit_code == 1);
    CHECK(ended.output == "");
    CHECK(ended.log.find("counterd: " + data) != ended.log.npos);
    CHECK(ended.log.find("Input/output error") != ended.log.npos);
    CHECK(check_of(data).output == told_of(1, 0));
  }
  const server_process server{kept_in(data)};
  CHECK(get(server.port(), "/get?name=x").body == "x: 20\n");
}
