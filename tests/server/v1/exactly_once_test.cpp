#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/v1/support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace support;

namespace {

constexpr int clients = 4;
const std::vector<std::string> nothing{};
const words names{"a", "b", "c", "d", "e", "f", "g"};

/// A client whose network loses requests and responses.
class unlucky_client {
public:
  unlucky_client(std::uint16_t port, std::uint64_t seed) : port_(port), random_(seed) {}

  /// Sends it two to five times, over several connections at once, some of which
  /// break, until a response arrives. Returns all responses.
  std::vector<answer> insist(const std::string& request) {
    std::vector<answer> answers;
    std::list<client> waiting;
    for (auto times = 2 + roll(4); times > 0; --times) {
      auto& connection = waiting.emplace_back(port_);
      switch (roll(6)) {
        case 0:  // breaks within the request
          connection.send(request.substr(0, roll(request.size())));
          drop(waiting);
          break;
        case 1:  // breaks after the request
          connection.send(request);
          drop(waiting);
          break;
        case 2:  // breaks within the response
          connection.send(request);
          connection.read_bytes(1 + roll(100));
          drop(waiting);
          break;
        case 3:  // does not break
          connection.send(request);
          connection.half_close();
          break;
        case 4:  // breaks within a later request
          connection.send(request + request.substr(0, roll(request.size())));
          break;
        default:
          connection.send(request);
          break;
      }
    }
    for (auto& connection : waiting)
      answers.push_back(connection.read_answer());
    if (answers.empty())
      answers.push_back(client{port_}.ask(request));
    return answers;
  }

  std::size_t roll(std::size_t sides) { return random_() % sides; }

private:
  /// Ends the last connection in order or by a reset.
  void drop(std::list<client>& waiting) {
    if (roll(2) == 0)
      waiting.back().reset();
    waiting.pop_back();
  }

  std::uint16_t port_;
  std::mt19937_64 random_;
};

void require(bool holds, const std::string& message) {
  if (!holds)
    throw std::runtime_error{message};
}

/// The values in the responses for each counter. If each addition of 1 was
/// executed once, and each response belongs to one addition, they are 1, 2, 3...
class ledger {
public:
  void enter(const std::string& name, std::int64_t value) {
    const std::lock_guard lock{mutex_};
    values_[name].push_back(value);
  }

  /// Call it after the last enter().
  void check(std::uint16_t port) {
    client connection{port};
    for (auto& [name, values] : values_) {
      CAPTURE(name);
      CHECK(value_of(connection, name) == static_cast<std::int64_t>(values.size()));
      std::sort(values.begin(), values.end());
      std::vector<std::int64_t> expected;
      for (std::size_t i = 0; i < values.size(); ++i)
        expected.push_back(static_cast<std::int64_t>(i) + 1);
      CHECK(values == expected);
    }
  }

private:
  std::mutex mutex_;
  std::map<std::string, std::vector<std::int64_t>> values_;
};

void check_exactly_once(
    const std::function<void(unlucky_client&, ledger&, const std::string& key)>& insist_on_one,
    int keys) {
  const auto seed = test_seed();
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(seed);
    CAPTURE(shards);
    server_process server{{"--threads", "2", "--shards", shards}};
    ledger entered;
    const auto failures = run_together(clients, [&](int index) {
      unlucky_client peer{server.port(), seed + static_cast<std::uint64_t>(index)};
      for (int i = 0; i < keys; ++i)
        insist_on_one(peer, entered, std::to_string(index) + "-" + std::to_string(i));
    });
    CHECK(failures == nothing);
    entered.check(server.port());
  }
}

}  // namespace

TEST_CASE("additions with a key count exactly once over repetitions and broken connections") {
  check_exactly_once(
      [](unlucky_client& peer, ledger& entered, const std::string& key) {
        const auto& name = names[peer.roll(names.size())];
        const auto body = peer.roll(2) == 0 ? R"({"delta":1})" : "";
        const auto answers =
            peer.insist(with_json("POST", counter_path(name), body, key_field(key)));
        for (const auto& one : answers) {
          require(one.status == answers[0].status && one.body == answers[0].body,
                  "another answer: " + one.body + " than " + answers[0].body);
          require(one.status == 200 || one.status == 201, one.body);
        }
        entered.enter(name, integer_at(object_of(answers[0]), "value"));
      },
      200);
}

TEST_CASE("batches with a key count exactly once over repetitions and broken connections") {
  check_exactly_once(
      [](unlucky_client& peer, ledger& entered, const std::string& key) {
        words operands;
        std::string operations;
        for (auto left = 1 + peer.roll(30); left > 0; --left) {
          operands.push_back(names[peer.roll(names.size())]);
          operations += std::string{operands.size() > 1 ? "," : ""} + R"({"op":"add","name":")" +
                        operands.back() + R"("})";
        }
        const auto answers = peer.insist(batch_of(operations, key_field(key)));
        const auto first = results_of(answers[0]);
        require(first.size() == operands.size(), "too few results");
        for (const auto& one : answers) {
          const auto results = results_of(one);
          for (std::size_t i = 0; i < first.size(); ++i)
            require(without(results.at(i), {"replayed"}) == without(first[i], {"replayed"}),
                    "another result");
        }
        for (std::size_t i = 0; i < first.size(); ++i)
          entered.enter(operands[i], integer_at(first[i], "value"));
      },
      60);
}
