// Somebody moves the counters away, and puts a backup in their place, while a server uses them.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>

using namespace support;
namespace fs = std::filesystem;

namespace {

/// Moves everything in `from` to the new directory `to`.
void move_contents(const fs::path& from, const fs::path& to) {
  fs::create_directory(to);
  for (const auto& entry : fs::directory_iterator{from})
    fs::rename(entry.path(), to / entry.path().filename());
}

/// Counts until the server ends, or should have. Returns how often it has confirmed.
int count_to_the_end(client& connection) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  int confirmed = 0;
  try {
    while (std::chrono::steady_clock::now() < give_up &&
           connection.ask(get_request("/inc?name=x")).body == "ok\n")
      ++confirmed;
  } catch (const std::runtime_error&) {
  }
  return confirmed;
}

}  // namespace

TEST_CASE("a server whose counters are moved away stops, and leaves alone what takes their place") {
  // The whole of it; or the files of the database, whose directory stays.
  for (const bool moves_all : {true, false}) {
    CAPTURE(moves_all);
    const temporary_directory disk;
    const fs::path data = disk / "data";
    const fs::path moved = disk / "moved";
    const fs::path backup = disk / "backup";
    server_process server{stored_in(data)};
    client connection{server.port()};
    for (int i = 0; i < 5; ++i)
      REQUIRE(connection.ask(get_request("/inc?name=x")).body == "ok\n");
    REQUIRE(connection.ask(request("POST", "/v1/admin/backup?name=b")).status == 201);
    fs::copy(data / "backups" / "b", backup, fs::copy_options::recursive);
    REQUIRE(connection.ask(get_request("/inc?name=x")).body == "ok\n");
    if (moves_all) {
      move_contents(data, moved);
    } else {
      fs::create_directory(moved);
      move_contents(data / "db", moved / "db");
      for (const auto* name : {"COUNTERD", "witness"})
        fs::rename(data / name, moved / name);
    }
    fs::copy(backup, data, fs::copy_options::recursive);
    const auto restored = contents_of(data);
    const int confirmed = count_to_the_end(connection);
    const auto ended = server.wait();
    CHECK(ended.exit_code == 1);
    CHECK(ended.log.find("was moved or replaced while it was in use") != std::string::npos);
    CHECK(differences(restored, contents_of(data)) == words{});
    CHECK(check_of(moved).exit_code == 0);
    const server_process from_backup{stored_in(data)};
    CHECK(get(from_backup.port(), "/get?name=x").body == "x: 5\n");
    const server_process from_moved{stored_in(moved)};
    CHECK(get(from_moved.port(), "/get?name=x").body ==
          "x: " + std::to_string(6 + confirmed) + "\n");
  }
}
