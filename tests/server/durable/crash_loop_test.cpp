#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/support.hpp"
#include "tests/unit/seed.hpp"

#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace support;
using std::chrono::milliseconds;

namespace {

constexpr int writers = 6;
constexpr int readers = 2;
const words names{"a", "b", "c", "d", "hot"};
const std::vector<std::string> nothing{};

/// COUNTERD_TEST_KILLS, or as many as fit a test run.
int kills_wanted() {
  const char* given = std::getenv("COUNTERD_TEST_KILLS");
  // A start takes many times as long then.
  constexpr int fitting = unit::is_sanitized ? 15 : 100;
  return given != nullptr ? std::atoi(given) : fitting;
}

/// A server that is killed and started again, with other shards each time, and
/// where it is now.
class mortal_server {
public:
  mortal_server(std::string directory, words more_flags)
      : directory_(std::move(directory)),
        more_flags_(std::move(more_flags)) {
    start(1);
  }

  void start(unsigned shards) {
    words flags{"--data", directory_, "--shards", std::to_string(shards), "--memory", "16M"};
    flags.insert(flags.end(), more_flags_.begin(), more_flags_.end());
    server_ = std::make_unique<server_process>(flags);
    port_ = server_->port();
  }

  /// SIGKILL, by its end.
  void kill() {
    port_ = 0;
    server_.reset();
  }

  /// 0 while there is none.
  std::uint16_t port() const { return port_; }

private:
  std::string directory_;
  words more_flags_;
  std::unique_ptr<server_process> server_;
  std::atomic<std::uint16_t> port_ = 0;
};

/// Asks until there is an answer, over as many connections as it takes.
class patient_client {
public:
  explicit patient_client(const mortal_server& server) : server_(server) {}

  answer ask(const std::string& request) {
    for (int attempt = 0; attempt < 100'000; ++attempt) {
      try {
        if (!connection_)
          connection_ = std::make_unique<client>(server_.port());
        auto said = connection_->ask(request);
        // Definite, whatever it is; 5xx says to try again.
        if (said.status < 500)
          return said;
      } catch (const std::exception&) {
        ++broken;
      }
      connection_.reset();
      std::this_thread::sleep_for(milliseconds{1});
    }
    throw std::runtime_error{"there is never an answer"};
  }

  int broken = 0;

private:
  const mortal_server& server_;
  std::unique_ptr<client> connection_;
};

/// The values that additions of 1 were answered with. If each was carried out once
/// and none was lost, they are 1, 2, 3... of each counter.
class account {
public:
  void enter(const std::string& name, std::int64_t value) {
    const std::lock_guard lock{mutex_};
    values_[name].push_back(value);
  }

  std::size_t check(std::uint16_t port) {
    client connection{port};
    std::size_t total = 0;
    for (auto& [name, values] : values_) {
      CAPTURE(name);
      total += values.size();
      CHECK(value_of(connection, name) == static_cast<std::int64_t>(values.size()));
      std::sort(values.begin(), values.end());
      std::int64_t expected = 0;
      CHECK(std::all_of(values.begin(), values.end(),
                        [&](auto value) { return value == ++expected; }));
    }
    return total;
  }

private:
  std::mutex mutex_;
  std::map<std::string, std::vector<std::int64_t>> values_;
};

void write(const mortal_server& server, account& entered, const std::atomic<bool>& is_over,
           std::uint64_t seed, int which) {
  std::mt19937_64 random{seed + static_cast<std::uint64_t>(which)};
  patient_client peer{server};
  for (int i = 0; !is_over; ++i) {
    const auto key = key_field(std::to_string(which) + "-" + std::to_string(i));
    const auto& name = names[random() % names.size()];
    if (random() % 4 != 0) {
      const auto said = peer.ask(with_json("POST", counter_path(name), R"({"delta":1})", key));
      if (said.status != 200 && said.status != 201)
        throw std::runtime_error{said.body};
      entered.enter(name, integer_at(object_of(said), "value"));
      continue;
    }
    const auto said = peer.ask(batch_of(
        R"({"op":"add","name":")" + name + R"(","delta":1},{"op":"add","name":"hot","delta":1})",
        key));
    const auto results = results_of(said);
    if (said.status != 200 || results.size() != 2)
      throw std::runtime_error{said.body};
    entered.enter(name, integer_at(results[0], "value"));
    entered.enter("hot", integer_at(results[1], "value"));
  }
}

/// What was read once is never taken back.
void read(const mortal_server& server, const std::atomic<bool>& is_over, int which) {
  patient_client peer{server};
  std::map<std::string, std::int64_t> seen;
  for (std::size_t i = static_cast<std::size_t>(which); !is_over; ++i) {
    const auto& name = names[i % names.size()];
    const auto said = peer.ask(get_request(counter_path(name)));
    const auto value = said.status == 404 ? 0 : integer_at(object_of(said), "value");
    if (value < seen[name])
      throw std::runtime_error{name + " was " + std::to_string(seen[name]) + " and is " +
                               std::to_string(value)};
    seen[name] = value;
  }
}

void check_crash_loop(const words& more_flags) {
  const auto seed = test_seed();
  CAPTURE(seed);
  const temporary_directory disk;
  mortal_server server{disk / "data", more_flags};
  account entered;
  std::atomic<bool> is_over = false;
  const int kills = kills_wanted();
  std::vector<std::string> failures;
  std::thread load{[&] {
    failures = run_together(writers + readers, [&](int which) {
      if (which < writers)
        write(server, entered, is_over, seed, which);
      else
        read(server, is_over, which);
    });
  }};
  std::mt19937_64 random{seed};
  std::string broken;
  try {
    for (int kill = 1; kill <= kills; ++kill) {
      std::this_thread::sleep_for(milliseconds{random() % (unit::is_sanitized ? 1'200 : 60)});
      server.kill();
      server.start(1 + random() % 4);
      if (kill % 100 == 0)
        std::fprintf(stderr, "killed %d of %d times\n", kill, kills);
    }
  } catch (const std::exception& error) {
    broken = error.what();
  }
  is_over = true;
  load.join();
  CHECK(broken == "");
  CHECK(failures == nothing);
  if (!broken.empty())
    return;
  const auto total = entered.check(server.port());
  MESSAGE("killed " << kills << " times; " << total << " additions confirmed, each there once");
  CHECK(total > static_cast<std::size_t>(kills));
  // And once more, from what is on the disk alone.
  server.kill();
  server.start(3);
  entered.check(server.port());
}

}  // namespace

TEST_CASE("what was confirmed is there once, however often the server is killed") {
  check_crash_loop({});
}

TEST_CASE("a killed process loses nothing with --sync interval either") {
  check_crash_loop({"--sync", "interval", "--sync-interval", "1s"});
}
