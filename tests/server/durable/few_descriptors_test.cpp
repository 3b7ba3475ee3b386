// A server with few descriptors refuses connections, and never its disk.

#include "tests/server/durable/support/data.hpp"
#include "tests/server/durable/support/faults.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <list>
#include <string>

#include <sys/resource.h>

using namespace support;

namespace {

using std::chrono::steady_clock;

/// Lets a running server have no descriptor with this number or a greater one, until end().
class descriptor_limit {
public:
  descriptor_limit(const process& server, rlim_t max) : id_(server.id()) {
    REQUIRE(prlimit(id_, RLIMIT_NOFILE, nullptr, &before_) == 0);
    const rlimit less{max, before_.rlim_max};
    REQUIRE(prlimit(id_, RLIMIT_NOFILE, &less, nullptr) == 0);
  }
  void end() { REQUIRE(prlimit(id_, RLIMIT_NOFILE, &before_, nullptr) == 0); }

private:
  pid_t id_;
  rlimit before_{};
};

}  // namespace

TEST_CASE("idle connections cannot take the descriptors that the disk needs") {
  for (const unsigned descriptors : {70u, 128u}) {
    CAPTURE(descriptors);
    const temporary_directory disk;
    setting options;
    options.descriptors_max = descriptors;
    server_process server{stored_in(disk / "data", {"--threads", "1"}), options};
    CHECK(server.wait_for_log("started").find("(ulimit -n), so it serves") != std::string::npos);
    client writer{server.port()};
    REQUIRE(writer.ask(get_request("/inc?name=x")).body == "ok\n");
    std::list<client> idle;
    int served = 0, refused = 0;
    for (int i = 0; i < 150; ++i) {
      idle.emplace_back(server.port());
      try {
        const auto reply = idle.back().ask(get_request("/get?name=x"));
        ++(reply.status == 200 ? served : refused);
      } catch (const std::exception&) {
        ++refused;  // more than can be told so at a time
      }
    }
    CHECK(served >= 1);
    CHECK(refused >= 1);
    // Many logs and tables, and a backup.
    CHECK(refusal_of_many(writer, "a", 120) == "");
    CHECK(writer.ask(request("POST", "/v1/admin/backup?name=b")).status == 201);
    CHECK(refusal_of_many(writer, "b", 40) == "");
    CHECK(writer.ask(get_request("/get?name=x")).body == "x: 1\n");
    idle.clear();
    const auto ended = server.stop();
    CAPTURE(ended.log);
    CHECK(ended.exit_code == 0);
    CHECK(ended.log.find("no changes are taken") == ended.log.npos);
    CHECK(ended.log.find(" error ") == ended.log.npos);
  }
}

TEST_CASE("a server that runs out of descriptors refuses changes with 507, and heals") {
  const temporary_directory disk;
  server_process server{stored_in(disk / "data", {"--threads", "1"})};
  client writer{server.port()};
  REQUIRE(writer.ask(get_request("/inc?name=x")).body == "ok\n");
  // Several tables, more than the low numbers that a closed database would give back.
  for (const std::string name : {"1", "2", "3", "4", "5"}) {
    REQUIRE(refusal_of_many(writer, name, 1) == "");
    REQUIRE(writer.ask(request("POST", "/v1/admin/backup?name=" + name)).status == 201);
  }
  descriptor_limit none{server, 5};
  const auto refusal = refusal_of_many(writer, "a", 200);
  CHECK(refusal.find("disk-full") != refusal.npos);
  server.wait_for_log("descriptors or memory have run out");
  // Longer than the pauses between attempts to heal.
  const auto end = steady_clock::now() + std::chrono::milliseconds{2'500};
  while (steady_clock::now() < end) {
    REQUIRE(writer.ask(get_request("/inc?name=x")).status == 507);
    REQUIRE(writer.ask(get_request("/get?name=x")).body == "x: 1\n");
    REQUIRE(writer.ask(get_request("/v1/counters?limit=2")).status == 200);
  }
  none.end();
  server.wait_for_log("changes are taken again");
  CHECK(writer.ask(get_request("/inc?name=x")).body == "ok\n");
  CHECK(writer.ask(get_request("/get?name=x")).body == "x: 2\n");
  const auto ended = server.stop();
  CAPTURE(ended.log);
  CHECK(ended.exit_code == 0);
}

TEST_CASE("a machine without descriptors or memory for files refuses changes, and heals") {
  if (!can_inject())
    return;
  for (const std::string error : {"ENFILE", "ENOMEM"}) {
    CAPTURE(error);
    const temporary_directory disk;
    server_process server{stored_in(disk / "data", {"--threads", "1"}), injectable()};
    client writer{server.port()};
    fault failing{server, "openat:error=" + error};
    const auto refusal = refusal_of_many(writer, "a", 200);
    CHECK(refusal.find("disk-full") != refusal.npos);
    failing.end();
    server.wait_for_log("changes are taken again");
    CHECK(refusal_of_many(writer, "b", 1) == "");
    const auto ended = server.stop();
    CAPTURE(ended.log);
    CHECK(ended.exit_code == 0);
  }
}

TEST_CASE("a start with too few descriptors is refused, and says how many it needs") {
  const temporary_directory disk;
  setting options;
  options.descriptors_max = 40;
  const auto ended =
      process{counterd({"--listen", "127.0.0.1:0", "--data", disk / "data"}), options}.wait();
  CAPTURE(ended.log);
  CHECK(ended.exit_code == 1);
  CHECK(ended.log.find("this process may open 40 files, and needs at least") != ended.log.npos);
}
