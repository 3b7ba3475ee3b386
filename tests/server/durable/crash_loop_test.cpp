#include "tests/server/support/client.hpp"
#include "tests/server/support/sanitized.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/support.hpp"

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

/// COUNTERD_TEST_KILLS, or as many as fit into a test run.
int kills_to_make() {
  const char* given = std::getenv("COUNTERD_TEST_KILLS");
  // A sanitized server takes many times as long to start.
  constexpr int fitting = support::is_sanitized ? 15 : 100;
  return given != nullptr ? std::atoi(given) : fitting;
}

/// A server that is killed and started again, with another number of shards and on
/// another port each time.
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

  /// Sends SIGKILL.
  void kill() {
    port_ = 0;
    server_.reset();  // its destructor kills it
  }

  /// 0 while no server runs.
  std::uint16_t port() const { return port_; }

private:
  std::string directory_;
  words more_flags_;
  std::unique_ptr<server_process> server_;
  std::atomic<std::uint16_t> port_ = 0;
};

/// Repeats a request until it has a reply other than 5xx, over new connections.
class patient_client {
public:
  explicit patient_client(const mortal_server& server) : server_(server) {}

  answer ask(const std::string& request) {
    for (int attempt = 0; attempt < 100'000; ++attempt) {
      try {
        if (!connection_)
          connection_ = std::make_unique<client>(server_.port());
        auto reply = connection_->ask(request);
        // 5xx says to try again; everything else is final.
        if (reply.status < 500)
          return reply;
      } catch (const std::exception&) {
        ++broken;
      }
      connection_.reset();
      std::this_thread::sleep_for(milliseconds{1});
    }
    throw std::runtime_error{"there is no reply"};
  }

  int broken = 0;

private:
  const mortal_server& server_;
  std::unique_ptr<client> connection_;
};

/// The values in the replies to additions of 1. If each was carried out once and none was
/// lost, they are 1, 2, 3 and so on, for each counter.
class account {
public:
  void enter(const std::string& name, std::int64_t value) {
    const std::lock_guard lock{mutex_};
    values_[name].push_back(value);
    ++entered_;
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

  /// Waits until something more is entered. Throws std::runtime_error after a minute.
  void wait_for_more() {
    const auto before = entered_.load();
    for (int i = 0; entered_ == before; ++i) {
      if (i == 60'000)
        throw std::runtime_error{"nothing is confirmed any more"};
      std::this_thread::sleep_for(milliseconds{1});
    }
  }

private:
  std::mutex mutex_;
  std::map<std::string, std::vector<std::int64_t>> values_;
  std::atomic<std::size_t> entered_ = 0;
};

void write(const mortal_server& server, account& entered, const std::atomic<bool>& is_over,
           std::uint64_t seed, int writer) {
  std::mt19937_64 random{seed + static_cast<std::uint64_t>(writer)};
  patient_client peer{server};
  for (int i = 0; !is_over; ++i) {
    const auto key = key_field(std::to_string(writer) + "-" + std::to_string(i));
    const auto& name = names[random() % names.size()];
    if (random() % 4 != 0) {
      const auto reply = peer.ask(with_json("POST", counter_path(name), R"({"delta":1})", key));
      if (reply.status != 200 && reply.status != 201)
        throw std::runtime_error{reply.body};
      entered.enter(name, integer_at(object_of(reply), "value"));
      continue;
    }
    const auto reply = peer.ask(batch_of(
        R"({"op":"add","name":")" + name + R"(","delta":1},{"op":"add","name":"hot","delta":1})",
        key));
    const auto results = results_of(reply);
    if (reply.status != 200 || results.size() != 2)
      throw std::runtime_error{reply.body};
    entered.enter(name, integer_at(results[0], "value"));
    entered.enter("hot", integer_at(results[1], "value"));
  }
}

/// Checks that no counter that was read has a lesser value later.
void read(const mortal_server& server, const std::atomic<bool>& is_over, int reader) {
  patient_client peer{server};
  std::map<std::string, std::int64_t> seen;
  for (std::size_t i = static_cast<std::size_t>(reader); !is_over; ++i) {
    const auto& name = names[i % names.size()];
    const auto reply = peer.ask(get_request(counter_path(name)));
    const auto value = reply.status == 404 ? 0 : integer_at(object_of(reply), "value");
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
  const int kills = kills_to_make();
  std::vector<std::string> failures;
  std::thread load{[&] {
    failures = run_together(writers + readers, [&](int number) {
      if (number < writers)
        write(server, entered, is_over, seed, number);
      else
        read(server, is_over, number);
    });
  }};
  std::mt19937_64 random{seed};
  std::string broken;
  try {
    for (int kill = 1; kill <= kills; ++kill) {
      // Some die early, however slow they are, and some have done something.
      if (kill % 2 == 0)
        entered.wait_for_more();
      std::this_thread::sleep_for(milliseconds{random() % (support::is_sanitized ? 1'200 : 60)});
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
  CHECK(total >= static_cast<std::size_t>(kills / 2));
  // Once more, from the disk alone.
  server.kill();
  server.start(3);
  entered.check(server.port());
}

}  // namespace

TEST_CASE("a server that is killed again and again has each confirmed change once") {
  check_crash_loop({});
}

TEST_CASE("a server that is killed with --sync interval has each confirmed change once") {
  check_crash_loop({"--sync", "interval", "--sync-interval", "1s"});
}
