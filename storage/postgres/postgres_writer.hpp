#pragma once

#include "counter/shard/shared_ledger.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/database.hpp"
#include "storage/postgres/writer_session.hpp"

#include <cstddef>
#include <optional>
#include <random>

namespace storage::postgres {

// HOW A GROUP IS WRITTEN EXACTLY ONCE
//
// A writer is one session of one shard, with a row in `writers` that only it changes: its id, an
// epoch, and the number of groups that it has written (seq). A group is one transaction of two
// round trips:
//
//   begin()   BEGIN; lock the writer's row; lock the counters, in order of their names; read the
//             idempotency records and the time
//   commit()  write the counters and records, and seq + 1, in one statement; COMMIT
//
// What was found missing has no lock. Operations on it have a transaction of their own, which looks
// again when it writes, also if they have changed nothing.
//
// The statement writes nothing unless the writer's row has the epoch and the seq that the writer
// expects (`me`), and nothing of it stays unless each counter has the version that the group has
// read (`stale`).
//
// A session may break, or be silent for longer than its deadline, while a commit is under way. Then
// nobody knows whether the group is stored, and the old session may still carry it out. So the
// writer connects anew and fences: UPDATE writers SET epoch = epoch + 1. This waits for a
// transaction that has the row, and one that comes later finds another epoch and writes nothing.
// Once the fence has committed, the group is decided for ever, and seq says how: either the decided
// replies are sent, or the group begins anew. The fence is a commit like any other and later in
// the log, so a standby that has confirmed it has the group, too.
//
// A commit that its standby has not confirmed because somebody cancelled the wait succeeds with a
// warning. A warning with a COMMIT counts as if the session had broken.
//
// If seq is less than what was confirmed, the database has lost changes: a standby without
// the last commits has become the primary, or a backup was restored. Nothing can mend that; it
// is logged, and the server ends.
//
// The limits of all servers: each writer's row says what its groups have created and removed, and
// `meta` what the writers did that are gone. A group that may take the last room below a limit
// locks `meta` first, adds all rows up, and holds the lock until it has committed: near a limit,
// groups of all servers take turns. (Each server counts its own exactly; a sweep corrects it by the
// writer's row after a commit whose outcome stayed unknown.)
//
// Locks are taken in the order meta, the writer's row, counters by name. Who holds locks on
// counters inserts none, and who inserts holds no locks (see shared_table): both go by the order of
// names, so no two groups wait for each other.

/// See above.
class postgres_writer final : public counter::shared_writer {
public:
  /// `database` outlives the writer. The first writer of a server looks at what others have.
  postgres_writer(postgres::database& database, unsigned shard);
  ~postgres_writer() override;

  void begin_group() noexcept override;
  counter::transaction_result begin(lookup& wanted) noexcept override;
  counter::transaction_result begin_insert(counter::shared_usage& others) noexcept override;
  counter::transaction_result commit(const counter::shared_changes& changes) noexcept override;
  counter::transaction_result end(bool confirms) noexcept override;
  counter::transaction_result sweep(std::size_t max,
                                    counter::sweep_report& report) noexcept override;
  bool is_missing() const noexcept override { return session_.is_missing(); }
  bool is_away() const noexcept override { return session_.is_away(); }
  bool reconnect() noexcept override;

private:
  template <class Send>
  counter::transaction_result begin_with(Send send) noexcept;
  void read(lookup& wanted);
  void complete(std::size_t index);
  void add_growth(const counter::shared_changes& changes) noexcept;
  std::optional<counter::transaction_result> end_after(const error& error) noexcept;
  void roll_back() noexcept;
  void pause() noexcept;
  parameters own_writers(parameters first = {}) const;
  void fold_writers();

  postgres::database& database_;
  const bool counts_others_;
  writer_session session_;
  counter::shared_usage usage_;  // of the writer's row, as far as this writer knows
  bool is_open_ = false;         // a transaction
  bool is_slow_ = false;         // a statement of this group has met statement_timeout
  unsigned attempts_ = 0;        // of this group
  connection::clock::time_point next_fold_{};
  std::minstd_rand random_;
};

}  // namespace storage::postgres
