// Copies that are made while others count.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/own_address.hpp"
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

using namespace support;

namespace {

namespace fs = std::filesystem;

constexpr int writers = 4;

std::string backup(const std::string& name) {
  return request("POST", "/v1/admin/backup?name=" + name);
}

/// What each writer has sent, and what was acknowledged of it.
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

/// Adds 1 to `w0`, then to `w0-behind`, and so on: each when the one before is
/// acknowledged.
void count(std::uint16_t port, progress& done, int which, const std::atomic<bool>& is_over) {
  client connection{port};
  const auto name = "w" + std::to_string(which);
  const auto place = static_cast<std::size_t>(which);
  while (!is_over) {
    ++done.sent[place];
    for (const auto& one : {name, name + "-behind"})
      if (connection.ask(get_request("/inc?name=" + one)).status != 200)
        throw std::runtime_error{one + " is not counted"};
    ++done.acknowledged[place];
  }
}

}  // namespace

TEST_CASE("a backup has what was answered before it was asked for, and nothing of later") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const server_process server{kept_in(data, {"--shards", "3"})};
  client keeper{server.port()};
  create_many(keeper, "c", 2000);
  const auto keyed = request("POST", counter_path("keyed", "ttl=1000"), key_field("k"));
  const auto first = keeper.ask(keyed);
  REQUIRE(first.status == 201);

  progress done;
  std::atomic<bool> is_over = false;
  words failures;
  std::thread load{[&] {
    failures =
        run_together(writers, [&](int which) { count(server.port(), done, which, is_over); });
  }};
  for (int i = 0; i < 5; ++i) {
    CAPTURE(i);
    const auto name = "b" + std::to_string(i);
    while (progress::now(done.acknowledged)[0] < 20 * (i + 1))
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    const auto before = progress::now(done.acknowledged);
    const auto said = keeper.ask(backup(name));
    const auto after = progress::now(done.sent);
    REQUIRE(said.status == 201);
    const auto path = text_at(object_of(said), "path");
    CHECK(path == data + "/backups/" + name);

    CHECK(check_of(path).exit_code == 0);
    const server_process copy{kept_in(path, {"--shards", "2"})};
    client reader{copy.port()};
    for (std::size_t which = 0; which < writers; ++which) {
      const auto counter = "w" + std::to_string(which);
      CAPTURE(counter);
      const auto value = value_of(reader, counter), behind = value_of(reader, counter + "-behind");
      CHECK(value >= before[which]);
      CHECK(value <= after[which]);
      // One moment: what came later is not there without what was before it.
      CHECK(behind <= value);
      CHECK(behind >= value - 1);
    }
    CHECK(list_all(reader, "/v1/counters?prefix=c&limit=1000").size() == 2000);
    const auto again = reader.ask(keyed);
    CHECK(again.field("Idempotency-Replayed") == "true");
    CHECK(again.body == first.body);
    // It is another one's: what is counted here is not there.
    CHECK(reader.ask(get_request("/inc?name=only-here")).status == 200);
  }
  is_over = true;
  load.join();
  CHECK(failures == words{});
  CHECK(keeper.ask(get_request("/get?name=only-here")).status == 404);
}

TEST_CASE("a backup does not overwrite another one") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const server_process server{kept_in(data)};
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

TEST_CASE("a backup is not made under a name that leads elsewhere") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const server_process server{kept_in(data)};
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

TEST_CASE("of two backups at once each is made, and one of two with the same name") {
  const temporary_directory disk;
  const auto data = disk / "data";
  const server_process server{kept_in(data, {"--threads", "2"})};
  client one{server.port()}, another{server.port()};
  create_many(one, "c", 1000);
  const auto ask_both = [&](const std::string& left, const std::string& right) {
    one.send(backup(left));
    another.send(backup(right));
    return std::pair{one.read_answer().status, another.read_answer().status};
  };
  CHECK(ask_both("a", "b") == std::pair{201, 201});
  const auto same = ask_both("c", "c");
  CHECK(same.first + same.second == 201 + 409);
  for (const std::string name : {"a", "b", "c"})
    CHECK(check_of(data + "/backups/" + name).output == told_of(1000, 0));
}

TEST_CASE("a backup that was cut off is gone with the next start") {
  const temporary_directory disk;
  const auto data = disk / "data";
  { const server_process server{kept_in(data)}; }
  fs::create_directories(data + "/backups/half~/db");
  std::ofstream{data + "/backups/half~/db/000001.sst"} << "half";
  const server_process server{kept_in(data)};
  CHECK(fs::is_empty(data + "/backups"));
  CHECK(client{server.port()}.ask(backup("half")).status == 201);
}

TEST_CASE("a backup is made for nobody on another machine") {
  const auto source = own_address();
  if (source.empty()) {
    MESSAGE("no address but the loopback here: not tested");
    return;
  }
  const temporary_directory disk;
  const auto data = disk / "data";
  const server_process server{kept_in(data)};
  client far{server.addresses()[0], 0, source + ":0"};
  CHECK(defect_of_problem(far.ask(backup("a")), 403, "forbidden") == "");
  CHECK(fs::is_empty(data + "/backups"));
  CHECK(far.ask(get_request("/inc?name=x")).body == "ok\n");
  CHECK(client{server.port()}.ask(backup("a")).status == 201);
}
