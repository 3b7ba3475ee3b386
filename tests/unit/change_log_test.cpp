#include "http/api/live/change_log.hpp"
#include "counter/limits.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using counter::state;
using counter::time_point;
using http::live::change_log;
using names = std::vector<std::string>;
using namespace std::chrono_literals;

namespace {

constexpr time_point now{1h};

/// The names of the entries that a reader at `position` has not read.
names unread(const change_log& log, change_log::position position) {
  names found;
  for (const auto* next = log.find(position); next != nullptr; next = log.find(next->first + 1))
    found.push_back(next->second.name);
  return found;
}

}  // namespace

TEST_CASE("a change_log has the last entry of each counter, in the order of learning") {
  change_log log{10};
  const auto begin = log.end();
  CHECK(log.learn("b", state{1, 1}, now));
  CHECK(log.learn("a", state{1, 2}, now));
  CHECK(unread(log, begin) == names{"b", "a"});
  const auto middle = log.end();
  CHECK(log.learn("b", state{2, 3}, now));
  CHECK_FALSE(log.learn("b", state{2, 3}, now));
  CHECK(unread(log, begin) == names{"a", "b"});
  CHECK(unread(log, middle) == names{"b"});
  CHECK(log.learn("a", std::nullopt, now));
  CHECK_FALSE(log.learn("a", std::nullopt, now));
  CHECK(unread(log, middle) == names{"b", "a"});
  CHECK(log.find(middle)->second.event.find("\"value\":2,") != std::string::npos);
  CHECK(log.find(log.end()) == nullptr);
  CHECK(log.names_up_to(std::nullopt) == names{"b"});
  CHECK(log.names_up_to("b") == names{"b"});
  CHECK(log.names_up_to("ab").empty());
}

TEST_CASE("a change_log forgets its oldest entries, and says who has missed some") {
  change_log log{2};
  const auto begin = log.end();
  log.learn("a", state{1, 1}, now);
  log.learn("b", state{1, 2}, now);
  CHECK(log.has(begin));
  const auto middle = log.end();
  log.learn("c", state{1, 3}, now);
  CHECK_FALSE(log.has(begin));
  CHECK(log.has(middle));
  CHECK(unread(log, middle) == names{"c"});
  // Forgotten, so nobody knows whether it is new.
  CHECK(log.learn("a", state{1, 1}, now));
  const auto end = log.end();
  log.skip();
  CHECK_FALSE(log.has(end));
  CHECK(log.has(log.end()));
  CHECK(log.find(begin) == nullptr);
}

TEST_CASE("a change_log says which counters should have expired") {
  change_log log{2};
  CHECK_FALSE(log.next_expiry());
  log.learn("a", state{1, 1, now + 10s}, now);
  log.learn("b", state{1, 2, now + 20s}, now);
  CHECK(log.next_expiry() == now + 10s + 1ms);
  CHECK(log.take_expired(now + 10s).empty());
  CHECK(log.take_expired(now + 10s + 1ms) == names{"a"});
  CHECK(log.next_expiry() == now + 20s + 1ms);
  // The store's clock is behind: it is looked at again after a while.
  CHECK_FALSE(log.learn("a", state{1, 1, now + 10s}, now + 11s));
  CHECK(log.next_expiry() == now + 11s + counter::limits::watched_read_pause);
  // Prolonged a thousand times, it is expected once.
  for (std::uint64_t i = 0; i < 1000; ++i)
    log.learn("a", state{1, 3 + i, now + 30s + std::chrono::seconds{i}}, now);
  log.learn("b", std::nullopt, now);
  CHECK(log.next_expiry() == now + 1029s + 1ms);
  CHECK(log.take_expired(now + 1h) == names{"a"});
  CHECK_FALSE(log.next_expiry());
}

TEST_CASE("when a counter expires that a change_log has forgotten, all begin anew") {
  change_log log{2};
  log.learn("a", state{1, 1, now + 10s}, now);
  log.learn("b", state{1, 2, now + 5s}, now);
  log.learn("c", state{1, 3}, now);
  log.learn("d", state{1, 4}, now);
  CHECK(log.next_expiry() == now + 5s + 1ms);
  const auto end = log.end();
  CHECK(log.take_expired(now + 5s).empty());
  CHECK(log.has(end));
  CHECK(log.take_expired(now + 6s).empty());
  CHECK_FALSE(log.has(end));
  CHECK_FALSE(log.next_expiry());
}
