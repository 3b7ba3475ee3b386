// POST /v1/admin/backup while other clients change counters.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/faults.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/external_address.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

using namespace support;

namespace {

namespace fs = std::filesystem;

constexpr int writers = 4;

std::string backup(const std::string& name) {
  return request("POST", "/v1/admin/backup?name=" + name);
}

/// How many rounds of changes each writer has sent, and how many were acknowledged.
struct progress {
  std::array<std::atomic<std::int64_t>, writers> sent{}, acknowledged{};

  static std::array<std::int64_t, writers> now(
      const std::array<std::atomic<std::int64_t>, writers>& all) {
    std::array<std::int64_t, writers> values{};
    for (std::size_t i = 0; i < writers; ++i)
      values[i] = all[i];
    return values;
  }
};

/// Adds 1 to `w0` and then to `w0-behind`, again and again, for writer 0. Each change
/// waits for the reply to the one before.
void count(std::uint16_t port, progress& done, int writer, const std::atomic<bool>& is_over) {
  client connection{port};
  const auto name = "w" + std::to_string(writer);
  const auto index = static_cast<std::size_t>(writer);
  while (!is_over) {
    ++done.sent[index];
    for (const auto& counter : {name, name + "-behind"})
      if (connection.ask(get_request("/inc?name=" + counter)).status != 200)
        throw std::runtime_error{counter + " is not counted"};
    ++done.acknowledged[index];
  }
}

}  // namespace

TEST_CASE("a backup has every change answered before its request and none sent after its reply") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const server_process server{stored_in(data, {"--shards", "3"})};
  client requester{server.port()};
  create_many(requester, "c", 2000);
  const auto keyed = request("POST", counter_path("keyed", "ttl=1000"), key_field("k"));
  const auto first = requester.ask(keyed);
  REQUIRE(first.status == 201);

  progress done;
  std::atomic<bool> is_over = false;
  words failures;
  std::thread load{[&] {
    failures =
        run_together(writers, [&](int writer) { count(server.port(), done, writer, is_over); });
  }};
  for (int i = 0; i < 5; ++i) {
    CAPTURE(i);
    const auto name = "b" + std::to_string(i);
    while (progress::now(done.acknowledged)[0] < 20 * (i + 1))
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    const auto before = progress::now(done.acknowledged);
    const auto reply = requester.ask(backup(name));
    const auto after = progress::now(done.sent);
    REQUIRE(reply.status == 201);
    const auto path = text_at(object_of(reply), "path");
    CHECK(path == data + "/backups/" + name);

    CHECK(check_of(path).exit_code == 0);
    const server_process copy{stored_in(path, {"--shards", "2"})};
    client reader{copy.port()};
    for (std::size_t which = 0; which < writers; ++which) {
      const auto counter = "w" + std::to_string(which);
      CAPTURE(counter);
      const auto value = value_of(reader, counter), behind = value_of(reader, counter + "-behind");
      CHECK(value >= before[which]);
      CHECK(value <= after[which]);
      // The backup is of one moment: a change is in it only with all those before.
      CHECK(behind <= value);
      CHECK(behind >= value - 1);
    }
    CHECK(list_all(reader, "/v1/counters?prefix=c&limit=1000").size() == 2000);
    const auto again = reader.ask(keyed);
    CHECK(again.field("Idempotency-Replayed") == "true");
    CHECK(again.body == first.body);
    // The copy is independent: this change is not in the first server's data.
    CHECK(reader.ask(get_request("/inc?name=only-here")).status == 200);
  }
  is_over = true;
  load.join();
  CHECK(failures == words{});
  CHECK(requester.ask(get_request("/get?name=only-here")).status == 404);
}

TEST_CASE("the path of a backup is absolute if --data is relative") {
  const temporary_directory parent;
  server_process server{{"--data", "data"},
                        {.runner = {"/usr/bin/env", "-C", parent.path().string()}}};
  const auto reply = client{server.port()}.ask(backup("a"));
  CHECK(reply.status == 201);
  CHECK(reply.body == "{\"path\":\"" + (parent / "data/backups/a") + "\"}\n");
  CHECK(fs::is_directory(parent / "data/backups/a"));
  CHECK(server.stop().log.find(" store=rocksdb:" + (parent / "data\n")) != std::string::npos);
}

TEST_CASE("a backup never overwrites another one") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const server_process server{stored_in(data)};
  client connection{server.port()};
  REQUIRE(connection.ask(get_request("/inc?name=x")).status == 200);
  REQUIRE(connection.ask(backup("a")).status == 201);
  const auto first = contents_of(data + "/backups");
  REQUIRE(connection.ask(get_request("/inc?name=x")).status == 200);
  CHECK(defect_of_problem(connection.ask(backup("a")), 409, "backup-exists") == "");
  std::ofstream{data + "/backups/file"} << "not a backup";
  CHECK(defect_of_problem(connection.ask(backup("file")), 409, "backup-exists") == "");
  fs::remove(data + "/backups/file");
  CHECK(differences({first}, contents_of(data + "/backups")) == words{"."});
  fs::remove_all(data + "/backups/a");
  CHECK(connection.ask(backup("a")).status == 201);
}

TEST_CASE("a backup is refused a name that leads out of its directory") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const server_process server{stored_in(data)};
  client connection{server.port()};
  const auto before = contents_of(disk.path());
  for (const auto& name : {std::string{}, std::string{"."}, std::string{".."}, std::string{".a"},
                           std::string{"..%2Fa"}, std::string{"a%2Fb"}, std::string{"%2Ftmp%2Fa"},
                           std::string{"a~"}, std::string{"a%00b"}, std::string(65, 'n')}) {
    CAPTURE(name);
    CHECK(defect_of_problem(connection.ask(backup(name)), 400, "invalid-value") == "");
  }
  CHECK(differences(before, contents_of(disk.path())) == words{});
  CHECK(connection.ask(backup(std::string(64, 'n'))).status == 201);
  CHECK(connection.ask(backup("2026-11-25_a.b")).status == 201);
}

TEST_CASE("two backups at once are both made, or one of them if they have one name") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const server_process server{stored_in(data, {"--threads", "2"})};
  client first{server.port()}, second{server.port()};
  create_many(first, "c", 1000);
  const auto ask_both = [&](const std::string& left, const std::string& right) {
    first.send(backup(left));
    second.send(backup(right));
    return std::pair{first.read_answer().status, second.read_answer().status};
  };
  CHECK(ask_both("a", "b") == std::pair{201, 201});
  const auto same = ask_both("c", "c");
  CHECK(same.first + same.second == 201 + 409);
  for (const std::string name : {"a", "b", "c"})
    CHECK(check_of(data + "/backups/" + name).output == report_of(1000, 0));
}

TEST_CASE("a start removes an unfinished backup") {
  const temporary_directory disk;
  const auto data = disk / "data";
  { const server_process server{stored_in(data)}; }
  fs::create_directories(data + "/backups/half~/db");
  std::ofstream{data + "/backups/half~/db/000001.sst"} << "half";
  const server_process server{stored_in(data)};
  CHECK(fs::is_empty(data + "/backups"));
  CHECK(client{server.port()}.ask(backup("half")).status == 201);
}

TEST_CASE("a backup is refused to a client on another machine") {
  const auto source = external_address();
  if (source.empty()) {
    MESSAGE("no address but the loopback here: not tested");
    return;
  }
  const temporary_directory disk;
  const auto data = disk / "data";
  auto flags = stored_in(data);
  flags.insert(flags.end(), {"--anonymous", "all"});
  const server_process server{flags};
  client far{server.addresses()[0], 0, source + ":0"};
  CHECK(defect_of_problem(far.ask(backup("a")), 403, "forbidden") == "");
  CHECK(fs::is_empty(data + "/backups"));
  CHECK(far.ask(get_request("/inc?name=x")).body == "ok\n");
  CHECK(client{server.port()}.ask(backup("a")).status == 201);
}

TEST_CASE("a backup copies files for which the system refuses a hard link") {
  if (!can_inject())
    return;
  for (const std::string error : {"EPERM", "EMLINK", "ENOSYS", "EACCES", "EINVAL", "EIO"}) {
    CAPTURE(error);
    const temporary_directory disk;
    const auto data = disk / "data";
    server_process server{stored_in(data), injected("link,linkat:error=" + error)};
    client connection{server.port()};
    create_many(connection, "c", 100);
    const auto reply = connection.ask(backup("b"));
    if (error == "EIO") {
      CHECK(reply.status == 500);
      CHECK(reply.body.find("log says why") != reply.body.npos);
      CHECK(reply.body.find("damaged") == reply.body.npos);
      const auto log = server.wait_for_log("a backup failed: ");
      CHECK(log.find(data + "/backups/b~/db") != log.npos);
      CHECK(log.find("Input/output error") != log.npos);
      CHECK(fs::is_empty(data + "/backups"));
      continue;
    }
    REQUIRE(reply.status == 201);
    CHECK(check_of(data + "/backups/b").output == report_of(100, 0));
    for (const auto& entry : fs::directory_iterator{data + "/backups/b/db"})
      CHECK(fs::hard_link_count(entry.path()) == 1);
  }
}

TEST_CASE("a plain user makes backups after a start as root") {
  const setting nobody{
      .runner = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"}};
  std::ifstream protects{"/proc/sys/fs/protected_hardlinks"};
  int is_protected = 0;
  protects >> is_protected;
  if (geteuid() != 0 || is_protected == 0) {
    MESSAGE("needs root, and fs.protected_hardlinks: not tested");
    return;
  }
  const temporary_directory disk;
  fs::permissions(disk.path(), fs::perms::all);
  const auto data = disk / "data";
  const auto create = [&](const setting& user, const std::string& prefix) {
    server_process server{stored_in(data), user};
    client connection{server.port()};
    create_many(connection, prefix, 100);
    const auto reply = connection.ask(backup(prefix));
    CHECK(server.stop().exit_code == 0);
    return reply.status;
  };
  CHECK(create(nobody, "first") == 201);
  CHECK(create({}, "root") == 201);
  CHECK(create(nobody, "plain") == 201);
  CHECK(check_of(data + "/backups/plain").output == report_of(300, 0));
}
