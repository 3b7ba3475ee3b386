#include "storage/postgres/writer_session.hpp"

#include "storage/postgres/group_rows.hpp"
#include "storage/postgres/schema.hpp"
#include "storage/postgres/statements.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <unistd.h>

namespace storage::postgres {

using std::chrono::milliseconds;

namespace {

/// No step takes longer on a database that is well: then the session is given up.
constexpr std::chrono::seconds step_max{4};
/// Between two attempts to connect, doubled from the first to the second.
constexpr milliseconds first_pause{5};
constexpr milliseconds last_pause{500};
/// How long a writer tries to find out about a commit in doubt, although the deadline has passed.
constexpr std::chrono::seconds find_out_min{2};

std::string host_name() {
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

writer_session::writer_session(postgres::database& database)
    : database_(database),
      random_(std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()) {
  database_.attach();
}

writer_session::~writer_session() {
  database_.detach(this);
}

// -- deadlines --------------------------------------------------------------------------

void writer_session::begin_group() noexcept {
  deadline_ = clock::now() + database_.configuration().timeout;
}

writer_session::clock::duration writer_session::left() const noexcept {
  return database_.until(deadline_) - clock::now();
}

writer_session::clock::time_point writer_session::step_deadline() const noexcept {
  return std::min(database_.until(deadline_), clock::now() + step_max);
}

// -- the session ------------------------------------------------------------------------

bool writer_session::ensure() noexcept {
  if (database_.has_lost())
    return false;
  // It was not used when its host was replaced, and nobody waited for it.
  if (connection_ && connection_->is_over())
    drop(replaced_primary());
  for (auto pause = first_pause; !connection_; pause = std::min(2 * pause, last_pause)) {
    if (left().count() <= 0 || database_.has_lost())
      return false;
    if (try_once())
      return true;
    std::this_thread::sleep_for(std::clamp<clock::duration>(left(), clock::duration{}, pause));
  }
  return true;
}

bool writer_session::try_once() noexcept {
  if (database_.has_lost())
    return false;
  if (connection_)
    return true;
  try {
    connect();
    missing_since_.reset();
    database_.report_reached(this);
    return true;
  } catch (const error& error) {
    if (error.failure() == failure::unprepared)
      database_.stop_preparing();
    drop(error);
    // This one may be a primary that has been replaced and does not know it.
    if (error.failure() != failure::silent)
      ++host_;
    return false;
  }
}

void writer_session::connect() {
  connection_ = database_.connect_writer(host_, step_deadline());
  const auto found = connection_->add(sql::read_settings).add(sql::clock).run(step_deadline());
  if (const auto reason = why_not_durable(found[0]); !reason.empty())
    throw error{failure::lost, "", reason};
  advance_to(time_of(found[1].number(0, 0)));
  if (row_)
    fence();
  if (!row_)
    register_writer();
}

void writer_session::drop(const error& error) noexcept {
  const bool had_begun = std::exchange(connection_, nullptr) != nullptr;
  // Its machine may be gone or hang: the primary may be another one by now.
  if (error.failure() == failure::silent)
    host_ = had_begun ? database_.host_after(host_) : host_ + 1;
  if (!missing_since_)
    missing_since_ = clock::now();
  database_.report_missed(this, error.what());
}

bool writer_session::is_away() const noexcept {
  return missing_since_ && clock::now() - *missing_since_ >= database::patience;
}

void writer_session::register_writer() {
  const auto id = static_cast<std::int64_t>(random_() & INT64_MAX);  // positive, for people
  connection_->add(sql::begin)
      .add(sql::add_writer, parameters{}.add(id).add(std::string_view{host_name()}))
      .add(sql::commit)
      .run(step_deadline());
  require_confirmed();
  database_.add_writer(id);
  row_ = {id, 1, 0};
  seen_at_ = std::chrono::system_clock::now();
}

/// See postgres_writer.hpp.
void writer_session::fence() {
  const auto found = connection_->add(sql::begin)
                         .add(sql::fence, parameters{}.add(row_->id).add(number_of(now_)))
                         .add(sql::commit)
                         .run(step_deadline());
  require_confirmed();
  const bool is_there = found[1].rows() > 0;
  const bool may_be_folded =
      std::chrono::system_clock::now() - seen_at_ > unseen_rows_stay || row_->seq == 0;
  if (!is_there && may_be_folded) {
    row_.reset();
    learn(fate::unknown);
    return;
  }
  const auto seq = is_there ? found[1].number(0, 1) : 0;
  if (!is_there || (seq != row_->seq && seq != row_->seq + 1)) {
    database_.report_loss("writer " + std::to_string(row_->id) + " is at group " +
                          std::to_string(seq) + " and was at " + std::to_string(row_->seq));
    throw error{failure::lost, "", "changes are lost"};
  }
  learn(seq == row_->seq ? fate::dropped : fate::stored);
  row_->epoch = found[1].number(0, 0);
  row_->seq = seq;
}

/// The first fence tells. A later one, because its session has broken as well, compares with the
/// seq that the first one has found.
void writer_session::learn(fate found) noexcept {
  if (!fate_)
    fate_ = found;
}

writer_session::fate writer_session::find_out() noexcept {
  fate_.reset();
  const auto of_group = deadline_;
  deadline_ = std::max(deadline_, clock::now() + find_out_min);
  ensure();
  deadline_ = of_group;
  const auto found = fate_.value_or(fate::unknown);
  database_.count_doubt(found == fate::stored    ? &database::counts::doubts_stored
                        : found == fate::dropped ? &database::counts::doubts_dropped
                                                 : &database::counts::doubts_unknown);
  return found;
}

// -- the writer's row ---------------------------------------------------------------------

parameters writer_session::row() const {
  return parameters{}.add(row_->id).add(row_->epoch).add(row_->seq);
}

void writer_session::require_row(const result& found) {
  if (found.rows() == 0)
    throw error{failure::lost, "", "the row of a writer has changed"};
  seen_at_ = std::chrono::system_clock::now();
}

void writer_session::require_confirmed() const {
  if (connection_->has_warned())
    throw error{failure::lost, "", "a standby may not have the last commit"};
}

}  // namespace storage::postgres
