#pragma once

#include "counter/mutex.hpp"
#include "counter/shard/shared_statistics.hpp"
#include "storage/postgres/address.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/primary_watch.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace storage::postgres {

struct settings {
  postgres::address address;
  std::string schema = "counterd";  ///< a name that needs no quotes
  /// How long a group may take, whatever the database does.
  std::chrono::milliseconds timeout{10'000};
  bool prepares = true;
  /// Called once, by any thread, when the database has lost changes that it had confirmed.
  std::function<void()> on_loss{};
};

/// What all sessions of this server know of their database. Thread-safe.
class database {
public:
  using clock = connection::clock;

  explicit database(postgres::settings given) : settings_(std::move(given)) {}

  const postgres::settings& configuration() const noexcept { return settings_; }

  /// Connects to the host whose turn it is, unless that is a primary that has been replaced. While
  /// the host is silent, the session ends, as at its deadline, once another one has replaced it.
  /// Takes a second at most if there are others. Throws error.
  std::unique_ptr<connection> connect(std::size_t host, clock::time_point deadline);
  /// The same, and prepares the statements of a writer. Throws error.
  std::unique_ptr<connection> connect_writer(std::size_t host, clock::time_point deadline);

  /// Finds out which host is the primary, before the first session.
  void look() { watch_.look(); }

  /// Returns the host to connect to when a session with `host` has fallen silent.
  std::size_t host_after(std::size_t host) const { return watch_.host_after(host); }

  /// A pooler moves sessions away from their prepared statements: prepares none from now on.
  void stop_preparing() noexcept;

  // -- whether it can be reached ----------------------------------------------------

  /// Sessions break now and then, and are replaced at once. Only after this time the database
  /// counts as away.
  static constexpr std::chrono::seconds patience{1};

  /// Adds somebody who needs a session, as a writer.
  void attach() noexcept;
  void detach(const void* who) noexcept;
  /// Reports that somebody has a session.
  void report_reached(const void* who) noexcept;
  /// Reports that the session of somebody has broken, or could not be opened, and why. Logs it,
  /// once a change, when `patience` has passed.
  void report_missed(const void* who, const std::string& reason) noexcept;
  /// Returns false if nobody has had a session for as long.
  bool is_reachable() const noexcept { return is_reachable_.load(std::memory_order_relaxed); }
  /// Returns false if somebody has had none for as long.
  bool is_reached_by_all() const noexcept {
    return is_reached_by_all_.load(std::memory_order_relaxed);
  }
  /// Logs an error of a statement, but not more than one a second.
  void report_error(const std::string& what) noexcept;
  /// Reports that changes that were confirmed are gone: nothing may be written any more.
  void report_loss(const std::string& what) noexcept;

  bool has_lost() const noexcept { return has_lost_; }

  /// Shortens all deadlines to this one: the server stops.
  void stop_at(clock::time_point at) noexcept { stop_at_ = at.time_since_epoch().count(); }
  clock::time_point until(clock::time_point deadline) const noexcept;

  // -- what sessions have done ------------------------------------------------------

  /// See counter::shared_statistics. Any session adds to them.
  struct counts {
    std::atomic<std::uint64_t> round_trips = 0, commits = 0, conflicts = 0, sessions = 0,
                               lost_sessions = 0, errors = 0, doubts_stored = 0, doubts_dropped = 0,
                               doubts_unknown = 0;
  };
  counts& count() noexcept { return counts_; }
  void count_doubt(std::atomic<std::uint64_t> counts::*outcome) noexcept {
    (counts_.*outcome).fetch_add(1, std::memory_order_relaxed);
  }
  counter::shared_statistics statistics() const noexcept;

  // -- writers --------------------------------------------------------------------------

  /// Reports the id of a new writer of this server.
  void add_writer(std::int64_t id);
  /// Returns the ids of all writers that this server has had.
  std::vector<std::int64_t> writers() const;

private:
  clock::time_point connect_deadline(clock::time_point deadline) const noexcept;

  const postgres::settings settings_;
  primary_watch watch_{settings_.address};
  counts counts_;
  std::atomic<bool> prepares_ = true;
  std::atomic<bool> has_lost_ = false;
  std::atomic<clock::rep> next_log_ = 0;
  std::atomic<bool> is_reachable_ = true;
  std::atomic<bool> is_reached_by_all_ = true;
  std::atomic<clock::rep> stop_at_ = clock::time_point::max().time_since_epoch().count();
  mutable counter::mutex mutex_;
  std::size_t attached_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<const void*, clock::time_point> missing_ ABSL_GUARDED_BY(mutex_);  // since when
  clock::time_point missed_since_ ABSL_GUARDED_BY(mutex_);  // unless it is reached by all
  std::vector<std::int64_t> writers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace storage::postgres
