#pragma once

#include "counter/mutex.hpp"
#include "storage/postgres/address.hpp"
#include "storage/postgres/connection.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace storage::postgres {

/// Where in the history of a cluster a server is: to promote a standby begins a new timeline
/// (PostgreSQL documentation, section 26.3.5).
struct timeline {
  std::int64_t cluster = 0;  ///< the system identifier; 0: the database does not tell
  std::int64_t number = 0;

  /// Returns true if the other one has replaced it. Two addresses of one server have one timeline.
  bool is_before(const timeline& other) const noexcept {
    return cluster == other.cluster && number < other.number;
  }
};

/// Returns the timeline of the server, which takes writes. Throws error.
timeline timeline_of(connection& session, connection::clock::time_point deadline);

/// Finds the primary that has replaced another one. A host that hangs, or is gone from the network,
/// does not say that it is no primary any more; one that comes back believes that it still is.
/// A thread asks all of them now and then, and often while somebody waits for one, so that whoever
/// waits neither connects nor resolves names. Thread-safe.
class primary_watch {
public:
  using clock = connection::clock;

  /// Borrows `hosts`. There is no thread if there is but one.
  explicit primary_watch(const address& hosts);
  /// Waits for a connection that is being opened.
  ~primary_watch();
  primary_watch(const primary_watch&) = delete;
  primary_watch& operator=(const primary_watch&) = delete;

  /// Asks all hosts, and returns when they have replied, or have had the time to.
  void look();

  /// Reports that a host takes writes.
  void report(std::size_t host, const timeline& found);

  /// Reports that somebody waits for a host: all are asked soon, and for a second.
  void ask();

  /// Returns true if there is a later timeline; or any, if this server cannot tell its own, as one
  /// whose disk is gone.
  bool is_replaced(const timeline& known) const;

  /// Returns the host of the latest timeline, unless that is `host`: then the next one.
  std::size_t host_after(std::size_t host) const;

private:
  void run();
  bool stops() const;

  const address& hosts_;
  mutable counter::mutex mutex_;
  std::condition_variable_any changed_;
  timeline latest_ ABSL_GUARDED_BY(mutex_);
  std::size_t latest_host_ ABSL_GUARDED_BY(mutex_) = 0;
  clock::time_point asked_until_ ABSL_GUARDED_BY(mutex_);
  bool stops_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<std::uint64_t> round_trips_ = 0;  // which count nowhere
  std::thread thread_;                          // last: it uses the others
};

}  // namespace storage::postgres
