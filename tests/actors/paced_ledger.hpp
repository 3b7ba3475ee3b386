#pragma once

#include "counter/shard/ledger.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// A ledger that stores nothing and takes its time: as long for each operation as the test says, or
/// until the test opens it. Counters stay in the memory of their shards. Thread-safe.
class paced_ledger final : public counter::ledger {
public:
  /// How long a commit takes to sync, and how much longer each operation makes it.
  std::chrono::nanoseconds commit_time{}, operation_time{};

  /// Makes commits wait from now on.
  void shut() {
    const std::lock_guard lock{mutex_};
    is_shut_ = true;
  }

  void open() {
    const std::lock_guard lock{mutex_};
    is_shut_ = false;
    changed_.notify_all();
  }

  /// Returns when `count` commits have begun since the start.
  void wait_for_commits(std::size_t count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this, count] { return commits_ >= count; });
  }

  std::size_t commits() {
    const std::lock_guard lock{mutex_};
    return commits_;
  }

  counter::ledger_traits traits() const noexcept override { return {"paced", true}; }
  counter::health health() const noexcept override { return counter::health::good; }
  counter::ledger_statistics statistics() const noexcept override { return {}; }
  const counter::ledger_summary& summary() const noexcept override { return summary_; }
  std::unique_ptr<counter::ledger_writer> open_writer(unsigned) override {
    return std::make_unique<writer>(*this);
  }
  counter::outcome read(std::span<const std::string_view>,
                        std::span<std::optional<counter::state>>) override {
    return counter::outcome::ok;
  }
  counter::outcome read_idempotency_record(std::string_view,
                                           std::optional<counter::idempotency_record>&) override {
    return counter::outcome::ok;
  }
  counter::outcome read_due(counter::time_point, std::size_t, std::string& position,
                            std::vector<counter::due_entry>&) override {
    position.clear();
    return counter::outcome::ok;
  }
  counter::page list(const counter::page_request&, counter::time_point, std::size_t) override {
    counter::page page;
    page.is_last = true;
    return page;
  }
  counter::backup back_up(const std::string&) override { return {}; }

private:
  class writer final : public counter::ledger_writer {
  public:
    explicit writer(paced_ledger& owner) : owner_(owner) {}

    void put(std::string_view, const std::optional<counter::state>& before,
             const std::optional<counter::state>& after) override {
      const auto growth = (after ? after->value : 0) - (before ? before->value : 0);
      operations_ += static_cast<std::size_t>(std::max<std::int64_t>(growth, 1));
    }
    void remember(std::string_view, const counter::idempotency_record&) override {}
    void forget(std::string_view, counter::time_point) override {}
    counter::commit_result commit(std::uint64_t, counter::time_point, std::int64_t,
                                  std::int64_t) noexcept override {
      owner_.commit(std::exchange(operations_, 0), late_);
      return counter::commit_result::ok;
    }
    std::chrono::nanoseconds sync_time() const noexcept override { return owner_.commit_time; }

  private:
    paced_ledger& owner_;
    std::size_t operations_ = 0;  // counters only grow, by one for each
    std::chrono::nanoseconds late_{};
  };

  /// Takes as long as is due. `late_before` is how much too long the last sleep of this shard was.
  void commit(std::size_t operations, std::chrono::nanoseconds& late_before) {
    const auto end = std::chrono::steady_clock::now() + commit_time +
                     operation_time * static_cast<std::int64_t>(operations);
    {
      std::unique_lock lock{mutex_};
      ++commits_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !is_shut_; });
    }
    // At this capacity exactly: a sleep that lasted too long is made up for.
    const auto late = std::exchange(late_before, {});
    std::this_thread::sleep_until(end - late);
    late_before = std::chrono::steady_clock::now() - (end - late);
  }

  counter::ledger_summary summary_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_shut_ = false;
  std::size_t commits_ = 0;
};
