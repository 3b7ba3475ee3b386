#include "counter/shard/queue_limit.hpp"

#include "counter/limits.hpp"
#include "counter/store/room.hpp"
#include "tests/unit/seed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

using counter::limits;
using counter::priority;
using counter::queue_limit;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

/// More than any mailbox takes.
constexpr auto most = limits::shard_operations_max;
constexpr auto none = std::numeric_limits<std::size_t>::max();
constexpr nanoseconds delay = 250ms;
constexpr auto least = limits::shard_operations_min;
constexpr queue_limit::settings usual{.least = least,
                                      .small_group = limits::small_group_max,
                                      .large_group = limits::large_group_min,
                                      .fixed = limits::group_overhead};

/// A disk in place of a clock: what a group takes there.
struct disk {
  nanoseconds sync;       ///< on average
  nanoseconds operation;  ///< for each
  double variation = 0;   ///< of the sync

  template <class Random>
  queue_limit::group commit(std::size_t operations, Random& random) const {
    std::uniform_real_distribution<double> factor{1 - variation, 1 + variation};
    const nanoseconds synced{
        static_cast<nanoseconds::rep>(static_cast<double>(sync.count()) * factor(random))};
    return {.took = synced + operation * static_cast<int>(operations),
            .synced = synced,
            .operations = operations};
  }
};

void complete(queue_limit& limit, nanoseconds took, std::size_t operations) {
  limit.completed({.took = took, .operations = operations});
}

/// Until the limit is known, and the backlog of before has gone.
constexpr auto warm_up = 2s;

struct outcome {
  std::size_t done = 0;
  std::size_t refused = 0;
  std::vector<nanoseconds> waits{};  ///< of the operations that were done and came after warm_up

  nanoseconds p99() {
    const auto rank = static_cast<std::ptrdiff_t>(waits.size() * 99 / 100);
    std::nth_element(waits.begin(), waits.begin() + rank, waits.end());
    return waits[static_cast<std::size_t>(rank)];
  }
};

/// A shard on a disk: commits whatever waits as one group, then the next one.
class shard {
public:
  explicit shard(const disk& its_disk) : disk_(its_disk) {}

  /// From the next commit on.
  void move_to(const disk& other) { disk_ = other; }

  /// An operation that comes at `now`, no earlier than those before.
  bool offer(nanoseconds now) {
    run_until(now);
    const auto queued = waiting_.size() + group_.size();
    const bool is_stalled = !group_.empty() && now - group_began_ > limit_.stalled_after(delay);
    if (is_stalled ||
        counter::room{queued, limit_.operations_max(delay)}.of(priority::usual) == 0) {
      ++result.refused;
      return false;
    }
    waiting_.push_back(now);
    if (group_.empty())
      begin_group(now);
    return true;
  }

  void run_until(nanoseconds now) {
    while (!group_.empty() && group_ends_ <= now)
      end_group();
  }

  /// Returns when the group that is under way ends.
  nanoseconds next_end() const { return group_ends_; }
  bool is_idle() const { return group_.empty(); }

  outcome result;

private:
  void begin_group(nanoseconds now) {
    group_.swap(waiting_);
    group_began_ = now;
    under_way_ = disk_.commit(group_.size(), random_);
    group_ends_ = now + under_way_.took;
  }

  void end_group() {
    limit_.completed(under_way_);
    for (const auto came : group_)
      if (came >= warm_up)
        result.waits.push_back(group_ends_ - came);
    result.done += group_.size();
    group_.clear();
    if (!waiting_.empty())
      begin_group(group_ends_);
  }

  disk disk_;
  queue_limit limit_{usual};
  std::vector<nanoseconds> waiting_;
  std::vector<nanoseconds> group_;
  queue_limit::group under_way_{};
  nanoseconds group_began_{};
  nanoseconds group_ends_{};
  std::mt19937_64 random_{unit::chosen_seed()};
};

/// Clients that come at a steady rate, however long the shard takes.
outcome offer(const disk& disk, int rate, nanoseconds length) {
  shard shard{disk};
  const nanoseconds interval{1'000'000'000 / rate};
  for (nanoseconds now{}; now < length; now += interval)
    shard.offer(now);
  shard.run_until(nanoseconds::max());
  return shard.result;
}

/// Clients that ask again as soon as they have a reply.
outcome ask_in_turn(const disk& disk, std::size_t clients, int groups) {
  shard shard{disk};
  nanoseconds now{};
  for (int i = 0; i < groups; ++i) {
    const auto before = shard.result.done;
    const auto idle = i == 0 ? clients : 0;
    for (std::size_t client = 0; client < idle; ++client)
      shard.offer(now);
    now = shard.next_end();
    shard.run_until(now);
    for (auto done = shard.result.done - before; done > 0; --done)
      shard.offer(now);
  }
  return shard.result;
}

}  // namespace

TEST_CASE("queue_limit is that of an idle mailbox until large groups were slow") {
  queue_limit limit{usual};
  CHECK(limit.operations_max(delay) == none);
  CHECK(limit.operation_cost() == 0ns);
  for (int i = 0; i < 8; ++i)
    complete(limit, 900ms, limits::small_group_max);
  CHECK(limit.operations_max(delay) == none);
  for (int i = 0; i < 8; ++i)
    complete(limit, limits::group_overhead, limits::large_group_min);
  CHECK(limit.operations_max(delay) == none);
  for (int i = 0; i < 8; ++i)
    complete(limit, 250ms, limits::large_group_min - 1);
  CHECK(limit.operations_max(delay) == none);
}

TEST_CASE("queue_limit is what the delay pays for") {
  struct {
    nanoseconds cost;
    std::size_t limit;
  } const cases[] = {{1us, 250'000}, {10us, 25'000}, {100us, 2'500}, {200us, 1'250}, {1ms, least}};
  for (const auto& [cost, expected] : cases) {
    CAPTURE(cost.count());
    queue_limit limit{usual};
    for (const std::size_t operations : {600, 1'000, 1'500, 1'200, 1'300, 1'200})
      complete(limit, limits::group_overhead + cost * static_cast<int>(operations), operations);
    CHECK(limit.operations_max(delay) >= expected);
    CHECK(limit.operations_max(delay) <= expected + expected / 10);
  }
}

TEST_CASE("queue_limit does not hold syncs against operations") {
  queue_limit limit{usual};
  for (const std::size_t operations : {1, 64, 1'000, 40'000, 65, 1'000, 1'000})
    limit.completed({.took = 2'000ms, .synced = 1'998ms, .operations = operations});
  CHECK(limit.operations_max(delay) == none);
  CHECK(limit.operation_cost() == 0ns);
  for (int i = 0; i < 16; ++i)
    limit.completed({.took = 2'000ms, .synced = 1'000ms, .operations = 2'000});
  CHECK(limit.operations_max(delay) == least);
  // Whoever measures may be wrong by a little.
  for (int i = 0; i < 64; ++i)
    limit.completed({.took = 2'000ms, .synced = 2'001ms, .operations = 2'000});
  CHECK(limit.operations_max(delay) >= most);
}

TEST_CASE("queue_limit does not hold against operations what small groups take, too") {
  // As where each write to the log waits for the kernel.
  queue_limit limit{usual};
  for (int round = 0; round < 50; ++round) {
    for (const std::size_t operations : {1, 40, 64})
      complete(limit, 100ms, operations);
    for (const std::size_t operations : {700, 2'000, 9'000})
      complete(limit, 104ms, operations);
    CHECK(limit.operations_max(delay) >= most);
  }
  // One small group that was fast shows that the rest was not fixed; a slow one shows nothing.
  complete(limit, 1ms, 1);
  for (int i = 0; i < 16; ++i)
    complete(limit, 104ms, 700);
  CHECK(limit.operations_max(delay) < 2'500);
}

TEST_CASE("queue_limit counts groups that only read") {
  queue_limit limit{usual};
  for (int i = 0; i < 16; ++i)
    limit.completed({.took = 800ms, .operations = 2'000, .is_written = false});
  CHECK(limit.operations_max(delay) == least);
}

TEST_CASE("queue_limit ignores one group that was slow") {
  queue_limit limit{usual};
  complete(limit, 5ms, 1);
  for (const auto took : {7ms, 3'000ms, 7ms, 7ms, 2'000ms, 7ms}) {
    complete(limit, took, 2'000);
    CHECK(limit.operations_max(delay) >= most);
  }
  complete(limit, 2'000ms, 2'000);
  complete(limit, 3'000ms, 2'000);
  CHECK(limit.operations_max(delay) < 2'000);
}

TEST_CASE("queue_limit forgets that it was low when the shard has caught up") {
  queue_limit limit{usual};
  for (int i = 0; i < 8; ++i)
    complete(limit, 250ms, 2'500);
  REQUIRE(limit.operations_max(delay) < 3'000);
  for (int i = 0; i < 15; ++i)
    complete(limit, 100us, 1);
  CHECK(limit.operations_max(delay) < 10'000);
  for (int i = 0; i < 60; ++i)
    complete(limit, 100us, 1);
  CHECK(limit.operations_max(delay) >= most);
}

TEST_CASE("queue_limit has no limit without a delay, and nothing stalls") {
  queue_limit limit{usual};
  for (int i = 0; i < 64; ++i)
    complete(limit, 100s, 2'500);
  CHECK(limit.operations_max(0ns) == none);
  CHECK(limit.stalled_after(0ns) == nanoseconds::max());
  CHECK(limit.operations_max(delay) == least);
  CHECK(limit.stalled_after(delay) == 400s);
}

TEST_CASE("queue_limit calls a group stalled that is much slower than the delay and those before") {
  queue_limit limit{usual};
  for (int i = 1; i <= limits::stall_groups; ++i) {
    CHECK(limit.stalled_after(delay) == nanoseconds::max());
    limit.completed({.took = 5ms, .synced = 5ms, .operations = 1});
  }
  CHECK(limit.stalled_after(delay) == 1s);
  limit.completed({.took = 800ms, .synced = 800ms, .operations = 1});
  CHECK(limit.stalled_after(delay) == 3200ms);
  // Reads do not show how slow the disk is to sync.
  for (int i = 0; i < 64; ++i)
    limit.completed({.took = 1ms, .operations = 1, .is_written = false});
  CHECK(limit.stalled_after(delay) == 3200ms);
  for (int i = 0; i < 64; ++i)
    complete(limit, 5ms, 1);
  CHECK(limit.stalled_after(delay) == 1s);
}

TEST_CASE("queue_limit ignores a group without operations, and a clock that went back") {
  queue_limit limit{usual};
  for (int i = 0; i < limits::stall_groups; ++i) {
    complete(limit, 100s, 0);
    complete(limit, -1s, 100);
  }
  CHECK(limit.operations_max(delay) == none);
  CHECK(limit.stalled_after(delay) == 1s);
}

// -- with a load ----------------------------------------------------------------

TEST_CASE("a shard for 10,000 operations a second does as many, however many are offered") {
  const disk disk{.sync = 100us, .operation = 100us};
  for (const int rate : {5'000, 9'000, 20'000, 40'000, 100'000}) {
    CAPTURE(rate);
    auto result = offer(disk, rate, 20s);
    if (rate < 10'000) {
      CHECK(result.refused == 0);
      continue;
    }
    CHECK(result.refused > 0);
    CHECK(result.done >= 9'900 * 20);
    CHECK(result.p99() <= 300ms);
  }
}

TEST_CASE("a slow disk that is not overloaded refuses nothing") {
  // 300 to 800 ms a commit.
  const disk slow{.sync = 550ms, .operation = 1us, .variation = 0.45};
  for (const std::size_t clients : {1, 2, 64, 1'000, 10'000}) {
    CAPTURE(clients);
    const auto result = ask_in_turn(slow, clients, 300);
    CHECK(result.refused == 0);
    CHECK(result.done > 0);
  }
  // Those who come in the middle of a commit, too.
  for (const int rate : {1, 100, 5'000}) {
    CAPTURE(rate);
    CHECK(offer(slow, rate, 60s).refused == 0);
  }
}

TEST_CASE("a disk that varies refuses nothing") {
  for (const auto sync : {100us, 5'000us, 20'000us}) {
    CAPTURE(sync.count());
    const disk disk{.sync = sync, .operation = 1us, .variation = 0.9};
    for (const std::size_t clients : {1, 64, 1'000, 10'000}) {
      CAPTURE(clients);
      CHECK(ask_in_turn(disk, clients, 300).refused == 0);
    }
  }
}

TEST_CASE("a disk that becomes slow while all groups are large refuses little") {
  // As 64 clients have them that send batches of 1000, without a pause.
  constexpr std::size_t clients = 64'000;
  shard shard{{.sync = 1ms, .operation = 1us}};
  for (std::size_t i = 0; i < clients; ++i)
    shard.offer({});
  for (int i = 0; i < 100; ++i) {
    if (i == 50)
      shard.move_to({.sync = 900ms, .operation = 1us});
    const auto now = shard.next_end();
    const auto before = shard.result.done;
    shard.run_until(now);
    for (auto done = shard.result.done - before; done > 0; --done)
      shard.offer(now);
  }
  CHECK(shard.result.refused == 0);
  // Nor does an idle server on this disk.
  const auto end = shard.next_end();
  shard.run_until(nanoseconds::max());
  for (int i = 0; i < 100; ++i)
    CHECK(shard.offer(end + i * 30s));
}
