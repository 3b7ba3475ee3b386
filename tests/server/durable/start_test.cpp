// Directories on which a server starts, and those that it refuses.

#include "tests/paths.hpp"
#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/faults.hpp"
#include "tests/server/durable/support/small_disk.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <unistd.h>

using namespace support;

namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& file, const std::string& text) {
  std::ofstream{file} << text;
}

/// Adds 1 to `x`, `count` times, in a server that is killed then.
void count_and_kill(const std::string& directory, int count) {
  const server_process server{stored_in(directory)};
  for (int i = 0; i < count; ++i)
    REQUIRE(get(server.port(), "/inc?name=x").body == "ok\n");
}

std::string x_of(const std::string& directory) {
  const server_process server{stored_in(directory)};
  return get(server.port(), "/get?name=x").body;
}

/// Runs a server as a user to whom file modes apply: not root. The runner is empty if
/// none is needed or none works.
setting unprivileged() {
  if (geteuid() != 0)
    return {};
  const setting nobody{
      .runner = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"}};
  auto command = nobody.runner;
  command.insert(command.end(), {COUNTERD_BINARY, "--version"});
  return process{command}.wait().exit_code == 0 ? nobody : setting{};
}

}  // namespace

TEST_CASE("a start creates its directory, and the next one has its counters") {
  const temporary_directory disk;
  count_and_kill(disk / "data", 3);
  CHECK(x_of(disk / "data") == "x: 3\n");
  CHECK(x_of(disk / "data/") == "x: 3\n");
  // Names of counters may be confidential.
  CHECK(fs::status(disk / "data").permissions() == fs::perms::owner_all);
  fs::create_directory(disk / "empty");
  CHECK(x_of(disk / "empty") == "x not found\n");
}

TEST_CASE("root is warned that a directory is another user's, and its own is not worth a word") {
  if (geteuid() != 0)
    return;  // nobody else is warned
  const temporary_directory disk;
  const std::string warning = "root runs this server";
  for (const uid_t owner : {uid_t{0}, uid_t{65534}}) {
    const auto directory = disk / ("of_" + std::to_string(owner));
    fs::create_directory(directory);
    REQUIRE(::chown(directory.c_str(), owner, owner) == 0);
    server_process server{stored_in(directory)};
    CHECK(get(server.port(), "/inc?name=x").body == "ok\n");
    const auto log = server.stop().log;
    CHECK((log.find(warning) != log.npos) == (owner != 0));
    CHECK((log.find("belongs to user 65534") != log.npos) == (owner != 0));
  }
}

TEST_CASE("a second server on a directory is refused, and the first one goes on") {
  const temporary_directory disk;
  const auto data = disk / "data";
  server_process first{stored_in(data)};
  REQUIRE(get(first.port(), "/inc?name=x").body == "ok\n");
  check_refused(data, {"is in use by another counterd"});
  fs::create_directory_symlink(data, disk / "link");
  const auto before = contents_of(data);
  check_refused(disk / "link", {"is in use by another counterd"});
  CHECK(differences(before, contents_of(data)) == words{});
  REQUIRE(get(first.port(), "/inc?name=x").body == "ok\n");
  // A killed server leaves no lock.
  first.signal(SIGKILL);
  first.wait();
  CHECK(x_of(data) == "x: 2\n");
}

TEST_CASE("a start refuses a directory that is not empty and not a data directory") {
  const temporary_directory disk;
  for (const std::string name : {"file", ".hidden", "db", "CURRENT", "COUNTERD.old"}) {
    const auto data = disk / "with " + name;
    fs::create_directory(data);
    write_file(fs::path{data} / name, "not ours");
    check_refused(data, {"is not empty and not a counterd data directory", name});
  }
  for (const std::string name : {"directory", "witness"}) {
    const auto data = disk / "with " + name;
    fs::create_directories(fs::path{data} / name);
    check_refused(data, {"is not empty and not a counterd data directory", name});
  }
}

TEST_CASE("a start accepts lost+found in an empty directory") {
  const temporary_directory disk;
  const auto data = disk / "data";
  fs::create_directories(data + "/lost+found");
  CHECK(x_of(data) == "x not found\n");
  CHECK(fs::is_directory(data + "/lost+found"));
  CHECK(check_of(data).exit_code == 0);
}

TEST_CASE("a start refuses a newer format and a damaged marker") {
  const temporary_directory disk;
  const auto data = disk / "data";
  count_and_kill(data, 1);
  const auto marker = fs::path{data} / "COUNTERD";
  write_file(marker, "counterd data directory, format 999\n");
  check_refused(data, {"has format 999", "start a newer one"});
  write_file(marker, "counterd data directory, format 1x\n");
  check_refused(data, {"COUNTERD: is damaged"});
  write_file(marker, "");
  check_refused(data, {"COUNTERD: is damaged"});
  fs::remove(marker);
  check_refused(data, {"is not empty and not a counterd data directory", "no COUNTERD"});
  write_file(marker, "counterd data directory, format 1\n");
  CHECK(x_of(data) == "x: 1\n");
}

TEST_CASE("a start refuses a file and a directory without parent") {
  const temporary_directory disk;
  write_file(disk / "file", "a file");
  check_refused(disk / "file", {"Not a directory"});
  check_refused(disk / "file/data", {"Not a directory"});
  check_refused(disk / "none/data", {"No such file or directory"});
  fs::create_symlink(disk / "none", disk / "dangling");
  check_refused(disk / "dangling", {"No such file or directory"});
  CHECK_FALSE(fs::exists(disk / "none"));
}

TEST_CASE("a start refuses a directory without permission to read or write") {
  const auto user = unprivileged();
  if (geteuid() == 0 && user.runner.empty()) {
    MESSAGE("the server cannot run as another user here: not tested");
    return;
  }
  const temporary_directory disk;
  const auto data = disk / "data";
  count_and_kill(data, 1);
  fs::permissions(disk.path(), fs::perms::all);
  for (const auto mode : {fs::perms::none, fs::perms::others_read | fs::perms::others_exec}) {
    fs::permissions(data, mode);
    check_refused(data, {"Permission denied"}, user);
  }
  fs::permissions(data, fs::perms::owner_all);
  fs::create_directory(disk / "closed");
  fs::permissions(disk / "closed", fs::perms::owner_read | fs::perms::owner_exec);
  check_refused(disk / "closed/data", {"Permission denied"}, user);
  fs::permissions(disk / "closed", fs::perms::owner_all);
  CHECK(x_of(data) == "x: 1\n");
}

TEST_CASE("a start needs no permission to read the parent of its directory") {
  const auto user = unprivileged();
  if (geteuid() == 0 && user.runner.empty()) {
    MESSAGE("the server cannot run as another user here: not tested");
    return;
  }
  const temporary_directory disk;
  fs::permissions(disk.path(), fs::perms::all);
  const auto parent = disk / "parent";
  fs::create_directories(parent + "/data");
  fs::permissions(parent + "/data", fs::perms::all);
  for (const auto& [mode, name] :
       {std::pair{fs::perms::owner_exec | fs::perms::others_exec, "/data"},
        // It creates the directory, and may enter its parent and write to it.
        std::pair{fs::perms::owner_exec | fs::perms::owner_write | fs::perms::others_exec |
                      fs::perms::others_write,
                  "/new"}}) {
    CAPTURE(name);
    fs::permissions(parent, mode);
    for (int i = 0; i < 2; ++i) {
      server_process server{stored_in(parent + name), user};
      CHECK(get(server.port(), "/inc?name=x").body == "ok\n");
      CHECK(server.stop().exit_code == 0);
    }
  }
  fs::permissions(parent, fs::perms::owner_all);
}

TEST_CASE("a first start syncs the directory in which it has created its own") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  fs::create_directories(disk / "there/deep");
  fs::create_directory_symlink(disk / "there/deep", disk / "link");
  for (const auto& path : {disk / "link/../new", disk / "there/other"}) {
    CAPTURE(path);
    const auto trace = disk / "trace";
    server_process server{stored_in(path),
                          {.runner = {"strace", "-D", "-qq", "-f", "-y", "-e", "signal=none", "-e",
                                      "trace=fsync", "-o", trace}}};
    CHECK(server.stop().exit_code == 0);
    std::ifstream stream{trace};
    const std::string calls{std::istreambuf_iterator<char>{stream}, {}};
    CAPTURE(calls);
    const auto parent = fs::canonical(disk / "there").string();
    CHECK(calls.find("<" + parent + ">)") != calls.npos);
    CHECK(calls.find("<" + fs::canonical(disk.path()).string() + ">)") == calls.npos);
  }
}

TEST_CASE("a start refuses a read-only disk") {
  small_disk disk;
  if (!disk.is_there())
    return;
  count_and_kill(disk / "data", 1);
  // The killed server has closed its files once another one has started.
  CHECK(x_of(disk / "data") == "x: 1\n");
  disk.make_read_only();
  check_refused(disk / "data", {"Read-only file system"});
  CHECK(check_of(disk / "data").output == report_of(1, 0));
}

TEST_CASE("a start that cannot listen leaves the counters as they are") {
  const temporary_directory disk;
  const auto data = disk / "data";
  count_and_kill(data, 2);
  const server_process taken;
  const auto ended = process{counterd({"--data", data, "--listen", taken.addresses()[0]})}.wait();
  CHECK(ended.exit_code > 0);
  CHECK(ended.log.find("cannot listen on") != ended.log.npos);
  CHECK(x_of(data) == "x: 2\n");
}
