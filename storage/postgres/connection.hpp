#pragma once

#include "storage/postgres/error.hpp"
#include "storage/postgres/parameters.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// libpq's own names: only this room's connection and result include its header.
struct pg_conn;
struct pg_result;

namespace storage::postgres {

/// The rows that a statement has returned, in the binary format.
class result {
public:
  explicit result(pg_result* owned) noexcept : result_(owned, &free) {}

  std::size_t rows() const noexcept;
  bool is_null(std::size_t row, int column) const noexcept;
  /// Throws error if the value has another size.
  std::int64_t number(std::size_t row, int column) const;
  /// Valid as long as the result.
  std::string_view bytes(std::size_t row, int column) const noexcept;

private:
  static void free(pg_result* owned) noexcept;

  std::unique_ptr<pg_result, void (*)(pg_result*)> result_;
};

/// A statement with parameters. Its address is its identity.
struct statement {
  const char* name;
  const char* text;  ///< `:schema` stands for the schema of the tables
};

/// Returns the text for tables in this schema.
std::string text_for(std::string_view schema, std::string_view text);

/// A session with a PostgreSQL server. Used by one thread. Functions throw error; after
/// failure::lost the session is of no use any more. No call waits beyond its deadline, and none
/// asks the server to cancel anything: a commit that is cancelled while it waits for its standby
/// succeeds, and may be lost (PostgreSQL's syncrep.c).
class connection {
public:
  using clock = std::chrono::steady_clock;

  /// Names and values of libpq, as `host`, and `sslmode`.
  using settings = std::map<std::string, std::string>;

  /// Connects to one server. Names are resolved as long as the system takes; all else ends by the
  /// deadline. Statements find their tables in `schema`. Counts round trips in `round_trips`, which
  /// outlives it.
  connection(const settings& to, clock::time_point deadline, std::string_view schema,
             std::atomic<std::uint64_t>& round_trips);
  ~connection();

  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Prepares statements, in one round trip. Others are parsed at each use. Their names have a hash
  /// of their text: behind a pooler, others may have prepared theirs in this session.
  void prepare(std::span<const statement* const> prepared, clock::time_point deadline);

  /// From now on calls `on_silence` each time that the server has been silent for another `pause`.
  /// If `is_over` then returns true, the wait ends as at its deadline. Neither may block or throw.
  void watch_silence(clock::duration pause, std::function<void()> on_silence,
                     std::function<bool()> is_over);

  /// Returns true if the server should be used no more: see watch_silence().
  bool is_over() const { return is_over_ && is_over_(); }

  // -- a pipeline: sent at once, in one round trip ------------------------------

  connection& add(const statement& sent, const parameters& with = {});

  /// Sends what was added and returns a result for each. If one fails, the database skips those
  /// behind it, and the error of the failed one is thrown.
  std::vector<result> run(clock::time_point deadline);

  /// Returns true if the server has sent a warning with the result of the last statement. A commit
  /// that was cut off from its standby says so by a warning, in whatever language; others, for
  /// example of transaction ids that run short, come with other statements.
  bool has_warned() const noexcept { return has_warned_; }

  /// The server's version, as 150004.
  int version() const noexcept;

private:
  static void receive(void* self, const pg_result* notice);

  void connect(clock::time_point deadline);
  void flush(clock::time_point deadline);
  void wait(bool for_writing, clock::time_point deadline) const;
  pg_result* receive_result(clock::time_point deadline);
  [[noreturn]] void fail_lost() const;

  std::unique_ptr<pg_conn, void (*)(pg_conn*)> connection_;
  std::atomic<std::uint64_t>& round_trips_;
  const std::string schema_;
  std::map<const statement*, std::string> prepared_;  // the names
  clock::duration silence_max_ = clock::duration::max();
  std::function<void()> on_silence_;
  std::function<bool()> is_over_;
  std::size_t added_ = 0;
  bool has_warned_ = false;
};

}  // namespace storage::postgres
