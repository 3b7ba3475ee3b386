// A disk that fails: replies say outcome-unknown, and a restart shows what was stored.

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
constexpr int changes_max = 2000;  // of each writer: the disk fails before

/// Where calls fail: only in the log, or in any file.
enum class failing_file { log, any };

/// Adds 1 to a counter of its own, with a new key each time, until that fails.
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
      last_ = {};  // the connection has ended without a reply
    }
  }

  /// Sends the request that failed again, with its key.
  void try_again(std::uint16_t port) {
    client connection{port};
    CAPTURE(name_);
    const auto reply = connection.ask(next());
    CHECK(integer_at(object_of(reply), "value") == ++confirmed);
    CHECK(value_of(connection, name_) == confirmed);
  }

  /// The reply to the request that failed, if it had one.
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

TEST_CASE("a server whose disk fails replies outcome-unknown and ends, and a retry counts once") {
  if (!can_inject())
    return;
  // strace counts the calls of each thread, and each shard has a thread of its own.
  const std::pair<std::string, failing_file> table[] = {
      {"fdatasync:error=EIO:when=1+", failing_file::any},
      // A later sync may succeed, but that says nothing about what this one had to sync.
      {"fdatasync:error=EIO:when=20", failing_file::any},
      // Not a full disk: the change is written, and may be stored.
      {"fdatasync:error=ENOSPC:when=20", failing_file::any},
      {"write:error=EIO:when=20", failing_file::log},
      // The directory's, by which the log is found.
      {"fsync:error=EIO:when=1", failing_file::any}};
  for (const auto& [injected_fault, file] : table)
    for (const std::string shards : {"1", "2"}) {
      CAPTURE(injected_fault);
      CAPTURE(shards);
      const temporary_directory disk;
      const auto data = disk / "data";
      std::vector<writer> all;
      for (int i = 0; i < writers; ++i)
        all.emplace_back(i);
      server_process server{stored_in(data, {"--shards", shards}), injectable()};
      const fault failing{server, injected_fault,
                          file == failing_file::log ? file_of(data, ".log").string() : ""};
      const auto failures = run_together(
          writers, [&](int number) { all[static_cast<std::size_t>(number)].write(server.port()); });
      REQUIRE(failures == words{});
      const auto ended = server.wait();
      CAPTURE(ended.log);
      CHECK(ended.exit_code == 1);
      CHECK(occurrences(ended.log, "no changes are taken any more") == 1);
      CHECK(occurrences(ended.log, "because the disk has failed") == 1);
      int unknown = 0;
      for (const auto& one : all) {
        const auto& reply = one.last();
        CAPTURE(reply.body);
        if (reply.status == 500) {
          ++unknown;
          CHECK(defect_of_problem(reply, 500, "outcome-unknown") == "");
        } else if (reply.status != 0) {
          CHECK(defect_of_problem(reply, 503, "draining") == "");
        }
      }
      CHECK(unknown > 0);
      const server_process next{stored_in(data, {"--shards", "3"})};
      for (auto& one : all)
        one.try_again(next.port());
    }
}

TEST_CASE("/inc replies that the disk has failed in one line") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  server_process server{stored_in(disk / "data"), injectable()};
  const fault failing{server, "fdatasync:error=EIO"};
  client connection{server.port()};
  const auto reply = connection.ask(get_request("/inc?name=x"));
  CHECK(reply.status == 500);
  CHECK(reply.body == "the disk or the database failed: it may or may not be done\n");
  CHECK(reply.field("Connection") != "keep-alive");
  CHECK(server.wait().exit_code == 1);
}

TEST_CASE("a commit watermark that cannot be written is logged, and changes go on") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    server_process server{stored_in(data), injectable()};
    const fault failing{server, "pwrite64:error=EIO"};
    client connection{server.port()};
    for (int i = 0; i < 20; ++i)
      CHECK(connection.ask(get_request("/inc?name=x")).body == "ok\n");
    server.wait_for_log("witness: cannot be written");
  }
  const server_process server{stored_in(data)};
  CHECK(get(server.port(), "/get?name=x").body == "x: 20\n");
}

TEST_CASE("a start whose sync fails is refused and loses nothing") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    const server_process server{stored_in(data)};
    for (int i = 0; i < 20; ++i)
      REQUIRE(get(server.port(), "/inc?name=x").body == "ok\n");
  }
  for (const std::string failing_sync :
       {"fsync:error=EIO:when=1", "fdatasync:error=EIO:when=1", "fdatasync:error=EIO:when=2"}) {
    CAPTURE(failing_sync);
    const auto setting = injected(failing_sync);
    auto command = setting.runner;
    const auto server = counterd({"--listen", "127.0.0.1:0", "--data", data});
    command.insert(command.end(), server.begin(), server.end());
    const auto ended = process{command, setting}.wait();
    CAPTURE(ended.log);
    CHECK(ended.exit_code == 1);
    CHECK(ended.output == "");
    CHECK(ended.log.find("counterd: " + data) != ended.log.npos);
    CHECK(ended.log.find("Input/output error") != ended.log.npos);
    CHECK(check_of(data).output == report_of(1, 0));
  }
  const server_process server{stored_in(data)};
  CHECK(get(server.port(), "/get?name=x").body == "x: 20\n");
}
