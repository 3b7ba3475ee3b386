#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

using namespace support;

namespace {

namespace fs = std::filesystem;

/// Checks that `counterd check` fails with one line that has `reason`, and touches nothing.
void check_fails(const std::string& directory, const std::string& reason) {
  const auto before = contents_of(directory);
  const auto ended = check_of(directory);
  CAPTURE(ended.log);
  CHECK(ended.exit_code > 0);
  CHECK(ended.output == "");
  CHECK(ended.log.starts_with("counterd: " + directory));
  CHECK(ended.log.find(reason) != ended.log.npos);
  CHECK(std::count(ended.log.begin(), ended.log.end(), '\n') == 1);
  CHECK(differences(before, contents_of(directory)) == words{});
}

}  // namespace

TEST_CASE("counterd check counts the counters of logs and tables") {
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    server_process server{stored_in(data, {"--shards", "3"})};
    client connection{server.port()};
    create_many(connection, "c", 1500);
    for (const std::string key : {"1", "2", "3"})
      REQUIRE(connection.ask(request("POST", counter_path("k" + key), key_field(key))).status ==
              201);
    REQUIRE(connection.ask(request("DELETE", counter_path("k1"))).status == 204);
    REQUIRE(connection.ask(request("POST", counter_path("e", "ttl=1000"))).status == 201);
  }
  for (const std::string end : {"killed", "stopped"}) {
    CAPTURE(end);
    const auto before = contents_of(data);
    const auto checked = check_of(data);
    CHECK(checked.exit_code == 0);
    CHECK(checked.output == report_of(1503, 3));
    CHECK(checked.log == "");
    CHECK(differences(before, contents_of(data)) == words{});
    server_process server{stored_in(data)};
    CHECK(server.stop().exit_code == 0);
  }
}

TEST_CASE("counterd check refuses what is not a data directory, and creates nothing") {
  const temporary_directory disk;
  fs::create_directory(disk / "empty");
  fs::create_directory(disk / "foreign");
  std::ofstream{disk / "foreign/file"} << "not ours";
  std::ofstream{disk / "file"} << "a file";
  check_fails(disk / "empty", "is not a counterd data directory");
  check_fails(disk / "foreign", "is not a counterd data directory");
  check_fails(disk / "file", "Not a directory");
  check_fails(disk / "none", "No such file or directory");
}

TEST_CASE("counterd check refuses a directory that a server uses") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const server_process server{stored_in(data)};
  REQUIRE(get(server.port(), "/inc?name=x").status == 200);
  check_fails(data, "is in use by another counterd");
  CHECK(get(server.port(), "/get?name=x").body == "x: 1\n");
}

TEST_CASE("counterd check says which file it may not read, and does not call it damage") {
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    server_process server{stored_in(data)};
    REQUIRE(get(server.port(), "/inc?name=x").status == 200);
    CHECK(server.stop().exit_code == 0);
  }
  words files{"/witness", "/COUNTERD"};
  for (const auto& entry : fs::directory_iterator{data + "/db"})
    files.push_back("/db/" + entry.path().filename().string());
  setting options;
  if (::geteuid() == 0) {
    options.runner = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    fs::permissions(disk / ".", fs::perms::all);
    for (const auto& entry : fs::recursive_directory_iterator{disk / "."})
      fs::permissions(entry.path(), fs::perms::all);
  }
  int refused = 0;
  for (const auto& file : files) {
    CAPTURE(file);
    fs::permissions(data + file, fs::perms::none);
    auto command = options.runner;
    const auto check = counterd({"check", data});
    command.insert(command.end(), check.begin(), check.end());
    const auto ended = process{command, options}.wait();
    CAPTURE(ended.log);
    CHECK(ended.output.find("damaged") == ended.output.npos);
    if (ended.exit_code != 0) {
      CHECK(ended.log.starts_with("counterd: " + data));
      CHECK(ended.log.find(": Permission denied\n") != ended.log.npos);
      ++refused;
    }
    fs::permissions(data + file, fs::perms::all);
  }
  CHECK(refused >= 5);
  CHECK(check_of(data).output == report_of(1, 0));
}

TEST_CASE("counterd check says that it has too few descriptors, and does not call it damage") {
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    const server_process server{stored_in(data)};
    client connection{server.port()};
    // Each backup writes a table, and more than one is open at a time.
    for (const std::string name : {"1", "2", "3"}) {
      REQUIRE(get(server.port(), "/inc?name=" + name).status == 200);
      REQUIRE(connection.ask(request("POST", "/v1/admin/backup?name=" + name)).status == 201);
    }
  }
  bool was_refused = false, was_ok = false;
  for (unsigned descriptors = 4; descriptors < 24; ++descriptors) {
    CAPTURE(descriptors);
    setting options;
    options.descriptors_max = descriptors;
    const auto ended = process{counterd({"check", data}), options}.wait();
    CAPTURE(ended.log);
    CHECK(ended.output.find("damaged") == ended.output.npos);
    if (ended.exit_code == 0) {
      CHECK(ended.output == report_of(3, 0));
      was_ok = true;
    } else if (ended.log.find("counterd: " + data) != ended.log.npos) {
      CHECK(ended.log.find("Too many open files") != ended.log.npos);
      was_refused = true;
    }
  }
  CHECK(was_refused);
  CHECK(was_ok);
}

TEST_CASE("counterd check finds nothing in a directory without counters") {
  const temporary_directory disk;
  const auto data = disk / "data";
  {
    const server_process server{stored_in(data)};
    REQUIRE(get(server.port(), "/get?name=x").status == 404);
  }
  CHECK(check_of(data).output == report_of(0, 0));
}
