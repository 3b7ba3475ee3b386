#include "tests/engine/support/site.hpp"
#include "tests/engine/support/tally.hpp"
#include "tests/engine/support/test_rounds.hpp"
#include "tests/server/support/client.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace support;

namespace {

constexpr int clients = 16;
const words names{"a", "b", "c", "d", "e"};

/// A request with a key, and its reply, if there was one.
struct keyed {
  std::string name;
  std::string request;
  std::optional<answer> reply{};
};

/// Sends requests, each with a new key, until the server is gone.
void increment(std::uint16_t port, int index, std::vector<keyed>& sent, std::atomic<int>& replies) {
  try {
    client connection{port};
    for (std::size_t i = 0;; ++i) {
      const auto& name = names[i % names.size()];
      const auto key = std::to_string(index) + "-" + std::to_string(i);
      sent.push_back({name, request("POST", counter_path(name), key_field(key))});
      sent.back().reply = connection.ask(sent.back().request);
      ++replies;
    }
  } catch (const std::exception&) {
    return;  // gone
  }
}

/// Sends all of them again. Throws if a reply is not that of the first time.
void repeat(std::uint16_t port, const std::vector<keyed>& sent, std::atomic<int>& late) {
  client connection{port};
  for (const auto& each : sent) {
    const auto reply = connection.ask(each.request);
    if (reply.status != 200 && reply.status != 201)
      throw std::runtime_error{"refused: " + reply.body};
    if (each.reply) {
      if (const auto defect = defect_of_idempotency_record(reply, *each.reply); !defect.empty())
        throw std::runtime_error{defect};
    } else if (reply.has("Idempotency-Replayed")) {
      ++late;
    }
  }
}

}  // namespace

TEST_CASE("keys of a server that is killed count once at the other server") {
  for (int round = 0; round < test_rounds(); ++round) {
    site site{replication::synchronous};
    const auto ports = site.ports();
    std::vector<std::vector<keyed>> sent(clients);
    std::atomic<int> replies = 0, late = 0;
    std::jthread killer{[&] {
      while (replies < 500)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
      site.servers[0]->signal(SIGKILL);
    }};
    CHECK(first_of(run_together(clients, [&](int index) {
            increment(ports[0], index, sent[static_cast<std::size_t>(index)], replies);
          })) == "");
    killer.join();
    CHECK(first_of(run_together(clients, [&](int index) {
            repeat(ports[1], sent[static_cast<std::size_t>(index)], late);
          })) == "");
    std::map<std::string, std::int64_t> wanted;
    int unanswered = 0;
    for (const auto& each_client : sent)
      for (const auto& each : each_client) {
        ++wanted[each.name];
        unanswered += each.reply ? 0 : 1;
      }
    MESSAGE(replies.load() << " replies, " << unanswered << " keys without one, of which "
                           << late.load() << " had counted");
    CHECK(unanswered > 0);  // else none was in flight
    client connection{ports[1]};
    for (const auto& [name, count] : wanted) {
      CAPTURE(name);
      CHECK(value_of(connection, name) == count);
    }
  }
}
