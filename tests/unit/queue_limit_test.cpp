#include "counter/shard/queue_limit.hpp"

#include "counter/limits.hpp"
#include "counter/store/room.hpp"
#include "tests/unit/seed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <random>
#include <vector>

using counter::limits;
using counter::priority;
using counter::queue_limit;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr auto most = limits::shard_operations_max;
constexpr auto least = limits::shard_operations_min;
constexpr queue_limit::settings usual{
    .delay = 250ms, .least = least, .small_group = limits::small_group_max};

/// A disk in place of a clock: what a group takes there.
struct disk {
  nanoseconds fixed;      ///< on average
  nanoseconds operation;  ///< for each
  double variation = 0;   ///< of the fixed time

  template <class Random>
  nanoseconds commit(std::size_t operations, Random& random) const {
    std::uniform_real_distribution<double> factor{1 - variation, 1 + variation};
    return nanoseconds{
               static_cast<nanoseconds::rep>(static_cast<double>(fixed.count()) * factor(random))} +
           operation * static_cast<int>(operations);
  }
};

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

  /// An operation that comes at `now`, no earlier than those before.
  bool offer(nanoseconds now) {
    run_until(now);
    const auto queued = waiting_.size() + group_.size();
    const bool is_stalled = !group_.empty() && now - group_began_ > limit_.stalled_after();
    if (is_stalled || counter::room{queued, limit_.operations_max()}.of(priority::usual) == 0) {
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
    group_ends_ = now + disk_.commit(group_.size(), random_);
  }

  void end_group() {
    limit_.completed(group_ends_ - group_began_, group_.size(), true);
    for (const auto came : group_)
      if (came >= warm_up)
        result.waits.push_back(group_ends_ - came);
    result.done += group_.size();
    group_.clear();
    if (!waiting_.empty())
      begin_group(group_ends_);
  }

  const disk disk_;
  queue_limit limit_{usual};
  std::vector<nanoseconds> waiting_;
  std::vector<nanoseconds> group_;
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

TEST_CASE("queue_limit is that of an idle mailbox until a large group was slow") {
  queue_limit limit{usual};
  CHECK(limit.operations_max() == most);
  CHECK(limit.operation_cost() == 0ns);
  limit.completed(5ms, 1, true);
  limit.completed(900ms, limits::small_group_max, true);
  CHECK(limit.operations_max() == most);
  limit.completed(6ms, 30'000, true);
  CHECK(limit.operations_max() == most);
}

TEST_CASE("queue_limit is what the delay pays for") {
  struct {
    nanoseconds cost;
    std::size_t limit;
  } const cases[] = {{1us, most}, {10us, 25'000}, {100us, 2'500}, {200us, 1'250}, {1ms, least}};
  for (const auto& [cost, expected] : cases) {
    CAPTURE(cost.count());
    queue_limit limit{usual};
    limit.completed(cost, 1, true);
    for (const std::size_t operations : {4, 16, 100, 500, 1'000, 1'500, 1'200, 1'300})
      limit.completed(cost * static_cast<int>(operations), operations, true);
    CHECK(limit.operations_max() >= expected);
    CHECK(limit.operations_max() <= expected + expected / 10);
  }
}

TEST_CASE("queue_limit does not hold against operations what a commit takes without them") {
  queue_limit limit{usual};
  limit.completed(500ms, 1, true);
  for (const std::size_t operations : {64, 2'000, 40'000})
    limit.completed(800ms, operations, true);
  CHECK(limit.operations_max() == most);
  // Reads have no commit.
  for (int i = 0; i < 16; ++i)
    limit.completed(800ms, 2'000, false);
  CHECK(limit.operations_max() == least);
}

TEST_CASE("queue_limit takes a faster commit as proof that the fixed time is shorter") {
  queue_limit limit{usual};
  limit.completed(800ms, 1, true);
  limit.completed(250ms, 2'500, true);
  limit.completed(500ms, 5'000, true);
  CHECK(limit.operations_max() == most);  // 250 ms may still be the fixed time
  limit.completed(10ms, 100, true);
  for (int i = 0; i < 8; ++i)
    limit.completed(500ms, 5'000, true);
  CHECK(limit.operations_max() < 3'000);
}

TEST_CASE("queue_limit ignores one group that was slow") {
  queue_limit limit{usual};
  limit.completed(5ms, 1, true);
  for (const auto took : {7ms, 3'000ms, 7ms, 7ms, 2'000ms, 7ms}) {
    limit.completed(took, 2'000, true);
    CHECK(limit.operations_max() == most);
  }
  limit.completed(2'000ms, 2'000, true);
  limit.completed(3'000ms, 2'000, true);
  CHECK(limit.operations_max() < 2'000);
}

TEST_CASE("queue_limit forgets that it was low when the shard has caught up") {
  queue_limit limit{usual};
  limit.completed(100us, 1, true);
  for (int i = 0; i < 8; ++i)
    limit.completed(250ms, 2'500, true);
  REQUIRE(limit.operations_max() < 3'000);
  for (int i = 0; i < 50; ++i)
    limit.completed(100us, 1, true);
  CHECK(limit.operations_max() < 10'000);
  for (int i = 0; i < 250; ++i)
    limit.completed(100us, 1, true);
  CHECK(limit.operations_max() == most);
}

TEST_CASE("queue_limit with no delay never changes, and nothing stalls") {
  queue_limit limit{{.delay = 0ns, .least = least, .small_group = limits::small_group_max}};
  limit.completed(100us, 1, true);
  limit.completed(100s, 2'500, true);
  CHECK(limit.operations_max() == most);
  CHECK(limit.stalled_after() == nanoseconds::max());
}

TEST_CASE("queue_limit calls a group stalled that is much slower than the delay and those before") {
  queue_limit limit{usual};
  CHECK(limit.stalled_after() == 1s);
  limit.completed(800ms, 1, true);
  CHECK(limit.stalled_after() == 1600ms);
  for (int i = 0; i < 64; ++i)
    limit.completed(5ms, 1, true);
  CHECK(limit.stalled_after() == 1s);
}

TEST_CASE("queue_limit ignores a group without operations, and a clock that went back") {
  queue_limit limit{usual};
  limit.completed(100s, 0, true);
  limit.completed(-1s, 100, true);
  CHECK(limit.operations_max() == most);
  CHECK(limit.stalled_after() == 1s);
}

// -- with a load ----------------------------------------------------------------

TEST_CASE("a shard for 10,000 operations a second does as many, however many are offered") {
  const disk disk{.fixed = 100us, .operation = 100us};
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
  const disk slow{.fixed = 550ms, .operation = 1us, .variation = 0.45};
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
  for (const auto fixed : {100us, 5'000us, 20'000us}) {
    CAPTURE(fixed.count());
    const disk disk{.fixed = fixed, .operation = 1us, .variation = 0.9};
    for (const std::size_t clients : {1, 64, 1'000, 10'000}) {
      CAPTURE(clients);
      CHECK(ask_in_turn(disk, clients, 300).refused == 0);
    }
  }
}
