// A quota, a limit of the length of files, and a lack of inodes, descriptors or memory refuse
// changes as a full disk does, and heal as it does, also without threads.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/faults.hpp"
#include "tests/server/durable/support/small_disk.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace support;

namespace {

using std::chrono::steady_clock;

const std::string no_disk = "the disk is full\n";

/// Sends requests that add 1 to `x` until one has another body than `body`, and returns that
/// body; or `body`, after `patience`.
std::string wait_past(client& connection, const std::string& body, std::chrono::seconds patience) {
  const auto end = steady_clock::now() + patience;
  auto last = body;
  while (last == body && steady_clock::now() < end)
    last = connection.ask(get_request("/inc?name=x")).body;
  return last;
}

}  // namespace

TEST_CASE("a log that meets a quota or a lack of memory refuses changes with 507, and heals") {
  if (!can_inject())
    return;
  for (const std::string error : {"EDQUOT", "EFBIG", "ENOMEM"}) {
    CAPTURE(error);
    const temporary_directory disk;
    const auto data = disk / "data";
    {
      server_process server{stored_in(data), injectable()};
      client connection{server.port()};
      REQUIRE(connection.ask(get_request("/inc?name=x")).body == "ok\n");
      fault short_of{server, "write:error=" + error, file_of(data, ".log").string()};
      CHECK(wait_past(connection, "ok\n", std::chrono::seconds{10}) == no_disk);
      CHECK(connection.ask(get_request("/get?name=x")).body == "x: 1\n");
      short_of.end();
      CHECK(wait_past(connection, no_disk, std::chrono::seconds{10}) == "ok\n");
      const auto ended = server.stop();
      CAPTURE(ended.log);
      CHECK(ended.exit_code == 0);
      CHECK(ended.log.find("no changes are taken until") != ended.log.npos);
      CHECK(ended.log.find("changes are taken again") != ended.log.npos);
    }
    const server_process next{stored_in(data)};
    CHECK(get(next.port(), "/get?name=x").body == "x: 2\n");
  }
}

TEST_CASE("a start that meets a quota or a limit of the length of files is refused, and says so") {
  struct start {
    setting how;
    std::string reason;
  };
  words limited{"prlimit", "--fsize=1000:1000"};
  std::vector<start> starts{{{.runner = limited}, "File too large"}};
  if (can_inject())
    starts.push_back({injected("rename:error=EDQUOT"), "Disk quota exceeded"});
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    const server_process server{stored_in(data)};
    REQUIRE(get(server.port(), "/inc?name=x").body == "ok\n");
  }
  for (const auto& [setting, reason] : starts) {
    CAPTURE(reason);
    auto command = setting.runner;
    const auto server = counterd({"--listen", "127.0.0.1:0", "--data", data});
    command.insert(command.end(), server.begin(), server.end());
    const auto ended = process{command, setting}.wait();
    CAPTURE(ended.log);
    CHECK(ended.exit_code == 1);
    CHECK(ended.log.find("counterd: " + data) != ended.log.npos);
    CHECK(ended.log.find("no room on the disk") != ended.log.npos);
    CHECK(ended.log.find(reason) != ended.log.npos);
    CHECK(check_of(data).output == report_of(1, 0));
  }
}

TEST_CASE("a disk without inodes refuses changes, says so, and heals") {
  for (const std::string sync : {"always", "interval"}) {
    CAPTURE(sync);
    small_disk disk{"size=200m,nr_inodes=60,mode=0700"};
    if (!disk.is_there())
      return;
    server_process server{stored_in(disk / "data", {"--sync", sync})};
    client connection{server.port()};
    words files;
    do
      files.push_back(disk / std::to_string(files.size()));
    while (std::ofstream{files.back()}.is_open());
    CHECK(refusal_of_many(connection, "full", 300).find("disk-full") != std::string::npos);
    server.wait_for_log("has no free inodes, no changes are taken until it has some");
    // Longer than the pauses between attempts to heal.
    std::this_thread::sleep_for(std::chrono::milliseconds{1'500});
    CHECK(connection.ask(get_request("/v1/counters?limit=2")).status == 200);
    for (const auto& file : files)
      std::filesystem::remove(file);
    server.wait_for_log("changes are taken again");
    CHECK(connection.ask(get_request("/inc?name=x")).status == 200);
    CHECK(server.stop().exit_code == 0);
  }
}

TEST_CASE("a full disk heals while no thread can be made") {
  small_disk disk;
  if (!disk.is_there() || !can_inject())
    return;
  server_process server{stored_in(disk / "data"), injectable()};
  client connection{server.port()};
  // Several tables, which RocksDB would open with several threads.
  for (int i = 0; i < 4; ++i) {
    create_many(connection, std::to_string(i) + std::string(100, '-'), 3000);
    REQUIRE(connection.ask(request("POST", "/v1/admin/backup?name=b" + std::to_string(i))).status ==
            201);
  }
  disk.fill();
  REQUIRE(refusal_of_many(connection, "full", 100).find("disk-full") != std::string::npos);
  fault no_threads{server, "clone,clone3:error=EAGAIN"};
  disk.empty();
  server.wait_for_log("changes are taken again");
  CHECK(connection.ask(get_request("/inc?name=x")).status == 200);
  create_many(connection, "more" + std::string(100, '-'), 20'000);
  CHECK(connection.ask(request("POST", "/v1/admin/backup?name=last")).status == 201);
  CHECK(server.stop().exit_code == 0);
}
