// What /readyz and /livez say of a disk.

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
#include <string>
#include <thread>

using namespace support;
using namespace std::chrono_literals;

TEST_CASE("/readyz fails while the disk is full, and is ok again though nobody writes") {
  small_disk disk;
  if (!disk.is_there())
    return;
  const server_process server{stored_in(disk / "data", {"--ops-listen", "127.0.0.1:0"})};
  const auto operators = server.port(1);
  CHECK(get(operators, "/readyz?verbose").body ==
        "loops: ok\ndraining: ok\ndisk-write: ok\ncommits: ok\n");
  disk.fill();
  client writer{server.port()};
  // The log has some room already.
  for (int i = 0; i < 100'000; ++i)
    if (writer
            .ask(request(
                "POST", counter_path(numbered(std::string(200, 'n'), static_cast<std::size_t>(i)))))
            .status == 507)
      break;
  const auto full = get(operators, "/readyz");
  CHECK(full.status == 503);
  CHECK(full.body.starts_with("disk-write: full, "));
  CHECK(get(operators, "/readyz?for=read").body == "ok\n");
  CHECK(get(operators, "/readyz?exclude=disk-write").body == "ok\n");
  CHECK(get(operators, "/livez").body == "ok\n");
  CHECK(get(operators, "/metrics").body.find("counterd_disk_state{state=\"full\"} 1\n") !=
        std::string::npos);
  disk.empty();
  CHECK(get_until(operators, "/readyz", 200).body == "ok\n");
}

TEST_CASE("/readyz fails if a commit takes more than five seconds, and /livez does not") {
  if (!can_inject())
    return;
  const temporary_directory disk;
  const server_process server{stored_in(disk / "data", {"--ops-listen", "127.0.0.1:0"}),
                              injectable()};
  const auto operators = server.port(1);
  client writer{server.port()};
  REQUIRE(writer.ask(get_request("/inc?name=x")).body == "ok\n");
  const fault slow{server, "fdatasync:delay_enter=8000000"};  // in microseconds
  writer.send(get_request("/inc?name=x"));
  std::this_thread::sleep_for(1s);
  CHECK(get(operators, "/readyz").body == "ok\n");
  const auto late = get_until(operators, "/readyz", 503);
  CHECK(late.body == "commits: a commit has not ended for 5 s\n");
  CHECK(get(operators, "/livez").body == "ok\n");
  CHECK(get(server.port(), "/livez").body == "ok\n");
  CHECK(writer.read_answer().body == "ok\n");
  CHECK(get_until(operators, "/readyz", 200).body == "ok\n");
}
