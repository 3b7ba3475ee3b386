#include "tests/server/support/client.hpp"
#include "tests/server/support/server_process.hpp"
#include "tests/server/support/temporary_directory.hpp"
#include "tests/server/v1/judge.hpp"
#include "tests/server/v1/listing.hpp"
#include "tests/server/v1/support.hpp"
#include "tests/server/v1/wire_request.hpp"
#include "tests/unit/random_commands.hpp"

#include <boost/json/serialize.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace support;

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Counts the cases that occurred, to check that each did.
struct tally {
  std::map<int, int> statuses;
  int operations = 0, idempotency_records = 0, expired = 0;
};

/// Estimates the server's time from the local clock, within some milliseconds.
class server_clock {
public:
  /// `connection` is new, and `before` a time before it was made: the pass of the server's loop
  /// that accepts it may read the first request, too, and has the time at which it began.
  server_clock(client& connection, steady_clock::time_point before) {
    const auto response = connection.ask(request("PUT", "/v1/counters/clock?value=1&ttl=1000"));
    const auto after = steady_clock::now();
    const auto now =
        normalized_listed(object_of(response)).expires_at.value() - std::chrono::seconds{1000};
    low_ = now - since_epoch(after);
    high_ = now - since_epoch(before);
    connection.ask(request("DELETE", "/v1/counters/clock"));
  }

  window between(steady_clock::time_point begin, steady_clock::time_point end) const {
    constexpr milliseconds rounding{2};
    return {low_ + since_epoch(begin) - rounding, high_ + since_epoch(end) + rounding};
  }

private:
  static milliseconds since_epoch(steady_clock::time_point time) {
    return std::chrono::duration_cast<milliseconds>(time.time_since_epoch());
  }

  counter::time_point low_, high_;
};

/// Sends random requests and judges each response.
class trial {
public:
  trial(std::uint16_t port, std::uint64_t seed)
      : random_(seed),
        before_last_(steady_clock::now()),
        connection_(port),
        clock_(connection_, before_last_) {}

  /// Continues with another server that has the same counters.
  void move_to(std::uint16_t port) {
    before_last_ = steady_clock::now();
    connection_ = client{port};
    clock_ = server_clock{connection_, before_last_};
  }

  /// Sends some requests at once. Returns an error message, or nothing.
  std::string ask_some() {
    std::vector<wire_request> requests;
    std::string bytes;
    for (auto left = 1 + random_.roll(64); left > 0; --left)
      bytes += requests.emplace_back(random_request()).bytes;
    const auto begin = steady_clock::now();
    connection_.send(bytes);
    std::vector<answer> answers;
    for (std::size_t i = 0; i < requests.size(); ++i)
      answers.push_back(connection_.read_answer());
    const auto when = window_from(begin);
    for (std::size_t i = 0; i < requests.size(); ++i)
      if (auto wrong = judge_response(requests[i], answers[i], when); !wrong.empty())
        return wrong;
    return {};
  }

  /// Checks that the list agrees with the model for every name.
  std::string list() {
    const auto begin = steady_clock::now();
    const auto limit = std::to_string(100 + random_.roll(901));
    const auto all = list_all(connection_, "/v1/counters?limit=" + limit);
    const auto when = window_from(begin);
    std::map<std::string, observation> listed;
    for (const auto& counter : all)
      listed.emplace(text_at(counter, "name"), normalized_listed(counter));
    for (const auto& [name, observed] : listed)
      if (!judges_.contains(name))
        return name + " is listed and was never created";
    for (auto& [name, judge] : judges_) {
      const auto entry = listed.find(name);
      const auto observed = entry == listed.end() ? not_listed() : entry->second;
      if (!judge.accepts({name}, observed, endpoint::batch, false, when))
        return name + " is listed as " + describe(observed);
    }
    return {};
  }

  const tally& counts() const { return counts_; }

private:
  static constexpr std::size_t keyed_max = 50;

  /// A few busy names, and many names with time to expire.
  std::string random_name() {
    const auto& hot = model::names();
    return random_.one_in(2) ? hot[random_.roll(hot.size())]
                             : "cold/" + std::to_string(random_.roll(3'000));
  }

  /// Sometimes repeats an earlier request with a key.
  wire_request random_request() {
    if (!keyed_.empty() && random_.one_in(12))
      return keyed_[random_.roll(keyed_.size())];
    auto made = new_request();
    if (!made.commands[0].idempotency_key.empty()) {
      keyed_.push_back(made);
      if (keyed_.size() > keyed_max)
        keyed_.pop_front();
    }
    return made;
  }

  wire_request new_request() {
    const auto name = random_name();
    switch (random_.roll(8)) {
      case 0:
      case 1:
        return random_text_request(random_, name);
      case 2: {
        std::vector<wire_operation> operations;
        for (auto left = 1 + random_.roll(6); left > 0; --left) {
          const auto other = random_name();
          operations.push_back(random_operation(random_, other, judges_[other].known()));
        }
        return random_batch_request(random_, std::move(operations));
      }
      default:
        return random_single_request(random_, name, judges_[name].known());
    }
  }

  /// Starts at the previous request: a pass of the server's loop has one time, and may
  /// include requests that arrive during it.
  window window_from(steady_clock::time_point begin) {
    return clock_.between(std::exchange(before_last_, begin), steady_clock::now());
  }

  std::string judge_response(const wire_request& request, const answer& response,
                             const window& when) {
    if (request.kind != endpoint::batch)
      return judge_command(request, request.commands[0], normalized(response, request), when);
    if (auto wrong = judge_binding(request, response, when); !wrong.empty())
      return wrong;
    if (response.status == 422)
      return {};
    const auto results = results_of(response);
    if (results.size() != request.commands.size())
      return "another number of results";
    for (std::size_t i = 0; i < results.size(); ++i)
      if (auto wrong = judge_command(request, request.commands[i], normalized(results[i]), when);
          !wrong.empty())
        return wrong;
    return {};
  }

  /// Numbers the batches, with everything but their keys, as they come.
  std::int64_t number_of(std::vector<counter::full_command> commands) {
    std::string contents;
    for (auto& command : commands) {
      command.idempotency_key.clear();
      contents += command.name + model::text(command) + "\n";
    }
    return batches_.emplace(std::move(contents), static_cast<std::int64_t>(batches_.size()))
        .first->second;
  }

  /// A key belongs to the first batch of writes that came with it.
  std::string judge_binding(const wire_request& request, const answer& response,
                            const window& when) {
    const auto& commands = request.commands;
    if (std::none_of(commands.begin(), commands.end(),
                     [](const auto& command) { return command.is_keyed(); }))
      return response.status == 200 ? "" : "refused, though it has no key";
    counter::full_command binding{"", {counter::operation::bind, number_of(commands)}};
    binding.idempotency_key = commands[0].idempotency_key;
    binding.position = counter::full_command::whole_batch;
    auto& judge = bindings_[binding.idempotency_key];
    // Nothing in the response tells the first use of the key from a repetition.
    for (const bool is_replayed : {false, true}) {
      const auto observed =
          response.status == 422
              ? observation{.status = 422,
                            .version = std::nullopt,
                            .body = {{"code", text_at(object_of(response), "code")}}}
              : observation{204, is_replayed, std::nullopt};
      if (judge.accepts(binding, observed, endpoint::batch, false, when)) {
        ++counts_.statuses[response.status];
        return {};
      }
    }
    return "a batch has the status " + std::to_string(response.status) + " to\n" + request.bytes;
  }

  std::string judge_command(const wire_request& request, const counter::full_command& command,
                            const observation& observed, const window& when) {
    auto& judge = judges_[command.name];
    ++counts_.operations;
    ++counts_.statuses[observed.status];
    counts_.idempotency_records += observed.is_replayed ? 1 : 0;
    counts_.expired += judge.has_expired(when) ? 1 : 0;
    if (judge.accepts(command, observed, request.kind, request.wants_text, when))
      return {};
    return "operation " + std::to_string(counts_.operations) + ": " + model::text(command) +
           "\nhas the response " + describe(observed) + "\nto\n" + request.bytes;
  }

  static std::string describe(const observation& observed) {
    return std::to_string(observed.status) + " " + json::serialize(observed.body) + " version " +
           std::to_string(observed.version.value_or(0)) + (observed.is_replayed ? " replayed" : "");
  }

  model::dice random_;
  steady_clock::time_point before_last_;  // of the last request
  client connection_;
  server_clock clock_;
  std::map<std::string, judge> judges_;
  std::map<std::string, judge> bindings_;  // of the keys of batches
  std::map<std::string, std::int64_t> batches_;
  std::deque<wire_request> keyed_;  // the latest ones
  tally counts_;
};

}  // namespace

TEST_CASE("the server responds as a model does, over kills and restarts on one disk") {
  const auto seed = test_seed();
  CAPTURE(seed);
  const temporary_directory disk;
  // Few counters fit, so that room becomes free and is used again.
  words flags{"--threads", "1", "--data", disk / "data", "--memory", "16M", "--shards", "1"};
  auto server = std::make_unique<server_process>(flags);
  trial run{server->port(), seed};
  const auto begin = steady_clock::now();
  std::string wrong;
  int restarts = 0;
  for (int round = 1; wrong.empty(); ++round) {
    wrong = round % 100 == 0 ? run.list() : run.ask_some();
    if (round % 10 == 0) {
      flags.back() = std::to_string(1 + ++restarts % 4);
      if (restarts % 2 == 0)
        server->stop();
      server.reset();
      server = std::make_unique<server_process>(flags);
      run.move_to(server->port());
    }
    if (steady_clock::now() - begin > milliseconds{4'000} && run.counts().operations >= 5'000 &&
        restarts >= 8)
      break;
  }
  CHECK(wrong == "");
  if (wrong.empty())
    CHECK(run.list() == "");
  const auto& counts = run.counts();
  MESSAGE(counts.operations << " operations, " << restarts << " restarts, "
                            << counts.idempotency_records << " replays, " << counts.expired
                            << " had expired");
  CHECK(counts.idempotency_records > 20);
}

TEST_CASE("the server responds as a model does to random requests of every form") {
  const auto seed = test_seed();
  for (const std::string shards : {"1", "4"}) {
    CAPTURE(seed);
    CAPTURE(shards);
    server_process server{{"--shards", shards, "--threads", "1"}};
    trial run{server.port(), seed};
    const auto begin = steady_clock::now();
    std::string wrong;
    for (int round = 1; wrong.empty(); ++round) {
      wrong = round % 100 == 0 ? run.list() : run.ask_some();
      if (round % 10 == 0)
        run.move_to(server.port());  // the other one of two servers
      if (steady_clock::now() - begin > milliseconds{3'000} && run.counts().operations >= 5'000)
        break;
    }
    CHECK(wrong == "");
    if (wrong.empty())
      CHECK(run.list() == "");
    const auto& counts = run.counts();
    MESSAGE(counts.operations << " operations, " << counts.idempotency_records << " replays, "
                              << counts.expired << " had expired");
    for (const auto status : {200, 201, 204, 304, 404, 409, 412, 422}) {
      CAPTURE(status);
      CHECK(counts.statuses.contains(status));
    }
    CHECK(counts.idempotency_records > 20);
    CHECK(counts.expired > 0);
  }
}
