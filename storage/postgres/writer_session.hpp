#pragma once

#include "counter/time.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/database.hpp"
#include "storage/postgres/parameters.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>

namespace storage::postgres {

/// The row of a writer that nobody has seen for so long is folded into `meta`.
inline constexpr std::chrono::hours unseen_rows_are_folded{24};
/// Earlier than this a writer that finds its row gone knows that changes are lost.
inline constexpr std::chrono::hours unseen_rows_stay{20};

/// The session of a writer and what it knows of the writer's row. It is opened when it is needed,
/// and fences the one before it: see postgres_writer.hpp. Used by one thread at a time.
class writer_session {
public:
  using clock = connection::clock;

  /// What has become of a commit whose session has broken.
  enum class fate : std::uint8_t { stored, dropped, unknown };

  /// `database` outlives it.
  explicit writer_session(postgres::database& database);
  ~writer_session();
  writer_session(const writer_session&) = delete;
  writer_session& operator=(const writer_session&) = delete;

  // -- deadlines ------------------------------------------------------------------

  /// Sets the deadline: the timeout of the settings from now.
  void begin_group() noexcept;
  /// Returns how long it is until the deadline; negative if it has passed.
  clock::duration left() const noexcept;
  /// Returns until when the next round trip may take.
  clock::time_point step_deadline() const noexcept;

  // -- the session ----------------------------------------------------------------

  /// Opens a session if there is none, and tries again until the deadline. Returns false if it has
  /// passed.
  bool ensure() noexcept;
  /// Tries once. Returns false if there is no session.
  bool try_once() noexcept;
  /// Precondition: there is a session.
  connection& operator*() noexcept { return *connection_; }
  connection* operator->() noexcept { return connection_.get(); }
  /// Gives the session up, because of this error.
  void drop(const error& error) noexcept;
  /// Returns true if the last attempt to open a session has failed, or it has broken since.
  bool is_missing() const noexcept { return missing_since_.has_value(); }
  /// Returns true if this has been so for a second: sessions are usually replaced at once.
  bool is_away() const noexcept;

  /// Opens another session and finds out. Takes two seconds if the deadline leaves less.
  fate find_out() noexcept;

  // -- the writer's row -------------------------------------------------------------

  /// Returns its id, epoch and seq, for statements. Precondition: there has been a session.
  parameters row() const;
  std::int64_t id() const noexcept { return row_->id; }
  std::int64_t epoch() const noexcept { return row_->epoch; }
  /// Reports that a group has been committed.
  void step() noexcept { ++row_->seq; }

  /// Throws error if a statement has not found the row as it should be, or if a standby may not
  /// have what was just committed. The fence of the next session shows why.
  void require_row(const result& found);
  void require_confirmed() const;

  // -- time -------------------------------------------------------------------------

  /// Returns the latest time that the database has told; no group of this writer acted upon a later
  /// one.
  counter::time_point now() const noexcept { return now_; }
  /// Reports a time of the database. now() does not run back.
  void advance_to(counter::time_point told) noexcept { now_ = std::max(now_, told); }

private:
  struct writer_row {
    std::int64_t id = 0;
    std::int64_t epoch = 0;
    std::int64_t seq = 0;  // the groups that are stored, as far as this writer knows
  };

  void connect();
  void register_writer();
  void fence();
  void learn(fate found) noexcept;

  postgres::database& database_;
  std::unique_ptr<connection> connection_;
  std::optional<writer_row> row_;
  std::chrono::system_clock::time_point seen_at_{};  // when the row was there
  std::optional<fate> fate_;  // of the group that was in doubt, once a fence has committed
  counter::time_point now_{};
  std::optional<clock::time_point> missing_since_;
  clock::time_point deadline_{};
  std::size_t host_ = 0;
  std::mt19937_64 random_;
};

}  // namespace storage::postgres
