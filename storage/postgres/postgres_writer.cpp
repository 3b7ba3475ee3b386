#include "storage/postgres/postgres_writer.hpp"

#include "storage/postgres/group_rows.hpp"
#include "storage/postgres/statements.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace storage::postgres {

using counter::transaction_result;
using std::chrono::milliseconds;

namespace {

using clock = connection::clock;

/// Between two attempts at a group that met another: up to this long, at random, doubled each time.
constexpr milliseconds conflict_pause{2};
constexpr unsigned doublings_max = 5;
/// Nothing is begun, and no group is sent to be committed, if there is less time left.
constexpr milliseconds step_min{50};
constexpr milliseconds commit_min{500};

/// A row of a counter that was deleted stays so long: a new counter of its name gets a greater
/// version although the clock of a new primary may be behind.
constexpr std::chrono::hours deleted_rows_stay{1};

constexpr std::chrono::hours fold_pause{1};

}  // namespace

postgres_writer::postgres_writer(postgres::database& database, unsigned shard)
    : database_(database),
      counts_others_(shard == 0),
      session_(database),
      random_(std::random_device{}()) {}

postgres_writer::~postgres_writer() = default;

void postgres_writer::begin_group() noexcept {
  session_.begin_group();
  attempts_ = 0;
  is_slow_ = false;
}

// -- a transaction --------------------------------------------------------------------

/// Sends what begins a transaction, until it succeeds or the deadline has passed.
template <class Send>
transaction_result postgres_writer::begin_with(Send send) noexcept {
  for (;;) {
    if (attempts_++ > 0)
      pause();
    // Not sent in the last moment: the session is well, and would be given up.
    if (session_.left() < step_min || !session_.ensure())
      return transaction_result::away;
    try {
      send();
      return transaction_result::ok;
    } catch (const error& error) {
      if (const auto result = end_after(error); result)
        return *result;
    }
  }
}

transaction_result postgres_writer::begin(lookup& wanted) noexcept {
  return begin_with([&] {
    read(wanted);
    wanted.now = session_.now();
  });
}

void postgres_writer::read(lookup& wanted) {
  array locked{array::type::text}, read{array::type::text}, ids{array::type::bytea};
  const bool is_write = wanted.mode == mode::write;
  for (auto& row : wanted.rows) {
    row.version = 0;
    row.current.reset();
    (row.may_change && is_write ? locked : read).add(row.name);
  }
  for (auto& record : wanted.records) {
    record.current.reset();
    ids.add(std::string_view{record.id});
  }
  auto& session = *session_;
  if (is_write) {
    is_open_ = true;
    session.add(sql::begin);
    if (wanted.counts_others)
      session.add(sql::lock_meta).add(sql::count_others, own_writers());
    session.add(sql::lock_writer, session_.row());
    session.add(sql::lock_counters, parameters{}.add(locked));
  }
  // Behind the locks, these see what was committed before the writer got them. A statement with an
  // empty list would cost as much as any other.
  session.add(sql::now);
  const bool has_records = !ids.is_empty(), has_reads = !read.is_empty();
  if (has_records)
    session.add(sql::read_records, parameters{}.add(ids));
  if (has_reads)
    session.add(sql::read_counters, parameters{}.add(read));
  const auto found = session.run(session_.step_deadline());
  std::size_t next = is_write ? 1 : 0;
  if (wanted.counts_others) {
    wanted.others = usage_in(found[next + 1]);
    next += 2;
  }
  if (is_write) {
    session_.require_row(found[next++]);
    read_rows(found[next++], wanted.rows);
  }
  session_.advance_to(time_of(found[next++].number(0, 0)));
  if (has_records)
    read_records(found[next++], wanted.records);
  if (has_reads)
    read_rows(found[next], wanted.rows);
}

transaction_result postgres_writer::begin_insert(counter::shared_usage& others) noexcept {
  return begin_with([&] {
    is_open_ = true;
    others = usage_in(session_->add(sql::begin)
                          .add(sql::lock_meta)
                          .add(sql::count_others, own_writers())
                          .run(session_.step_deadline())[2]);
  });
}

transaction_result postgres_writer::commit(const counter::shared_changes& changes) noexcept {
  if (!is_open_ && !session_.ensure())
    return transaction_result::away;
  if (session_.left() < commit_min) {
    // Rather refused now than in doubt in a moment.
    if (is_open_)
      end(false);
    return transaction_result::away;
  }
  try {
    const bool was_open = std::exchange(is_open_, false);
    if (!was_open)
      session_->add(sql::begin);
    session_->add(sql::write, write_parameters(session_.row(), changes));
    complete(was_open ? 0 : 1);
    session_.step();
    database_.count().commits.fetch_add(1, std::memory_order_relaxed);
    add_growth(changes);
    return transaction_result::ok;
  } catch (const error& error) {
    if (!is_lost(error))
      return end_after(error).value_or(transaction_result::conflict);
    session_.drop(error);
  }
  switch (session_.find_out()) {
    case writer_session::fate::stored:
      add_growth(changes);
      return transaction_result::ok;
    case writer_session::fate::dropped:
      return transaction_result::conflict;
    case writer_session::fate::unknown:
      break;
  }
  return transaction_result::unknown;
}

void postgres_writer::add_growth(const counter::shared_changes& changes) noexcept {
  usage_.counters += changes.counters;
  usage_.idempotency_records += changes.idempotency_records;
}

transaction_result postgres_writer::end(bool confirms) noexcept {
  try {
    is_open_ = false;
    if (!confirms) {
      session_->add(sql::rollback).run(session_.step_deadline());
      return transaction_result::ok;
    }
    session_->add(sql::confirm, session_.row().add(number_of(session_.now())));
    complete(0);
    return transaction_result::ok;
  } catch (const error& error) {
    if (const auto result = end_after(error); result)
      return *result;
  }
  // Whatever has become of it: the group has changed nothing.
  return confirms ? transaction_result::conflict : transaction_result::ok;
}

/// Commits. `index` is that of the result that has a row, unless the writer was fenced and so has
/// written nothing.
void postgres_writer::complete(std::size_t index) {
  const auto found = session_->add(sql::commit).run(session_.step_deadline());
  session_.require_confirmed();
  session_.require_row(found[index]);
}

/// Ends the transaction after an error. Returns nullopt if it should begin anew.
std::optional<transaction_result> postgres_writer::end_after(const error& error) noexcept {
  is_open_ = false;
  switch (error.failure()) {
    case failure::lost:
    case failure::silent:
      session_.drop(error);
      return std::nullopt;
    case failure::unprepared:
      database_.stop_preparing();
      session_.drop(error);
      return std::nullopt;
    case failure::slow:
      roll_back();
      if (std::exchange(is_slow_, true))
        return transaction_result::away;
      return std::nullopt;
    case failure::conflict:
      database_.count().conflicts.fetch_add(1, std::memory_order_relaxed);
      roll_back();
      return transaction_result::conflict;
    case failure::full:
      roll_back();
      database_.report_error(error.what());
      return transaction_result::full;
    case failure::refused:
    case failure::other:
      break;
  }
  // The session may be the reason: its plans may be of tables that have changed.
  session_.drop(error);
  database_.report_error(error.what());
  return transaction_result::unreadable;
}

void postgres_writer::roll_back() noexcept {
  try {
    session_->add(sql::rollback).run(session_.step_deadline());
  } catch (const error& error) {
    session_.drop(error);
  }
}

/// So that groups which have met do not meet again.
void postgres_writer::pause() noexcept {
  const auto longest = conflict_pause * (1 << std::min(attempts_ - 1, doublings_max));
  std::uniform_int_distribution<std::int64_t> random{
      0, std::chrono::duration_cast<std::chrono::microseconds>(longest).count()};
  std::this_thread::sleep_for(std::chrono::microseconds{random(random_)});
}

bool postgres_writer::reconnect() noexcept {
  session_.begin_group();
  return session_.try_once();
}

// -- upkeep ---------------------------------------------------------------------------

transaction_result postgres_writer::sweep(std::size_t max, counter::sweep_report& report) noexcept {
  if (!session_.ensure())
    return transaction_result::away;
  const auto deleted_rows_age = std::chrono::duration_cast<milliseconds>(deleted_rows_stay).count();
  try {
    if (counts_others_ && clock::now() >= next_fold_)
      fold_writers();
    const auto limit = static_cast<std::int64_t>(max);
    auto& session = *session_;
    session.add(sql::begin)
        .add(sql::sweep, parameters{}
                             .add(session_.id())
                             .add(session_.epoch())
                             .add(number_of(session_.now()))
                             .add(limit)
                             .add(deleted_rows_age));
    session.add(sql::clock);
    if (counts_others_)
      session.add(sql::count_others, own_writers());
    const auto found = session.add(sql::commit).run(session_.step_deadline());
    session_.require_row(found[1]);
    session_.advance_to(time_of(found[2].number(0, 0)));
    const auto usage = usage_in(found[1]);
    report.counters = usage_.counters - usage.counters;
    report.idempotency_records = usage_.idempotency_records - usage.idempotency_records;
    usage_ = usage;
    report.is_done = found[1].number(0, 2) < limit;
    if (counts_others_)
      report.others = usage_in(found[3]);
    return transaction_result::ok;
  } catch (const error& error) {
    return end_after(error).value_or(transaction_result::away);
  }
}

/// Adds the ids of the server's writers to `first`.
parameters postgres_writer::own_writers(parameters first) const {
  array own{array::type::int8};
  for (const auto id : database_.writers())
    own.add(id);
  first.add(own);
  return first;
}

/// Adds the rows of writers that have been gone for a day to `meta`.
void postgres_writer::fold_writers() {
  constexpr auto age = std::chrono::duration_cast<milliseconds>(unseen_rows_are_folded).count();
  session_->add(sql::begin)
      .add(sql::lock_meta)
      .add(sql::fold_writers, own_writers(parameters{}.add(number_of(session_.now()) - age)))
      .add(sql::commit)
      .run(session_.step_deadline());
  next_fold_ = clock::now() + fold_pause;
}

}  // namespace storage::postgres
