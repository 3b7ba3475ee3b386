#pragma once

#include "counter/call.hpp"
#include "counter/shard/idempotency_record.hpp"
#include "counter/state.hpp"
#include "counter/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace counter {

/// How keeping went.
enum class commit_result : std::uint8_t {
  ok,       ///< it is kept, as safely as the ledger promises
  full,     ///< there is no room: nothing of it is kept, nor ever will be
  unknown,  ///< it failed on the way: after a restart it is there, or is not
  refused,  ///< an earlier one is unknown: nothing of this one is kept, nor ever will be
};

/// What is known of a ledger when it is opened.
struct ledger_summary {
  std::uint64_t version = 0;              ///< no counter has had a greater one
  time_point now{};                       ///< no later time was ever kept
  std::uint64_t counters = 0;             ///< those that are kept, expired or not
  std::uint64_t idempotency_records = 0;  ///< likewise
};

/// Something whose time has come.
struct due_entry {
  enum class what : std::uint8_t { counter, idempotency_record };
  what kind = what::counter;
  std::string id;   ///< the counter's name, or the replay's id, see replay_id_of()
  time_point at{};  ///< when it expires, or is forgotten

  bool operator==(const due_entry&) const = default;
};

/// Keeps the changes of one shard, group by group. Not thread-safe; writers of
/// one ledger may be used at the same time.
///
/// What was told since the last commit() is one group. All of it is kept or
/// nothing is, whatever happens to the process or the machine.
class ledger_writer {
public:
  virtual ~ledger_writer() = default;

  /// A counter that was `before` when the last group was kept, null where it did not
  /// exist, and is `after` now. Told twice of a name, the later one counts.
  virtual void put(std::string_view name, const std::optional<state>& before,
                   const std::optional<state>& after) = 0;

  virtual void remember(std::string_view id, const idempotency_record& what) = 0;

  /// One that was remembered until `forget_at`.
  virtual void forget(std::string_view id, time_point forget_at) = 0;

  /// Keeps the group and begins a new one. `version` is the greatest that the
  /// shard has given out, `now` its time, `counters` and `replays` by how many
  /// the group made those in the ledger more or, below 0, fewer. Blocks; does
  /// not throw.
  virtual commit_result commit(std::uint64_t version, time_point now, std::int64_t counters,
                               std::int64_t idempotency_records) noexcept = 0;
};

/// Where counters are kept when the process ends: the seam between the actors
/// and a disk. Thread-safe; calls may block, for as long as a disk takes.
///
/// Reads see every group that was kept when they began, whole, and nothing of
/// those that were not. Where one fails (false, or `unreadable`), something is
/// damaged or cannot be read: it was logged, and nothing is told.
class ledger {
public:
  virtual ~ledger() = default;

  virtual const ledger_summary& summary() const noexcept = 0;

  /// One for each shard, numbered from 0; made before anything is written.
  virtual std::unique_ptr<ledger_writer> open_writer(unsigned shard) = 0;

  /// What is kept of `names[i]` goes to `found[i]`, expired or not; as many.
  virtual bool read(std::span<const std::string_view> names,
                    std::span<std::optional<state>> found) = 0;

  virtual bool read_idempotency_record(std::string_view id,
                                       std::optional<idempotency_record>& found) = 0;

  /// Appends what is due at `now`, what is due first coming first, and at most
  /// `max`. `position` says where to go on, "" at the beginning, and is set to
  /// where it ended; "" when there is no more.
  virtual bool read_due(time_point now, std::size_t max, std::string& position,
                        std::vector<due_entry>& found) = 0;

  /// The counters in byte order of their names that have not expired by `now`,
  /// looking at up to `steps` of them. What it leaves out has expired for good:
  /// after a restart, too, it is later than that; where that cannot be kept the
  /// outcome says why.
  virtual page list(const page_request& request, time_point now, std::size_t steps) = 0;

  /// Makes a directory of its own of everything that is kept, while others
  /// write. `name` is valid as by is_valid_backup_name().
  virtual backup back_up(const std::string& name) = 0;
};

}  // namespace counter
