#include "counter/shard/shared_table.hpp"

#include "counter/limits.hpp"
#include "counter/shard/version.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace counter {

namespace {

table::settings table_settings(const shared_table::settings& settings, change_set& changes) {
  return {.counters = settings.counters,
          .idempotency_records = settings.idempotency_records,
          .idempotency_ttl = settings.idempotency_ttl,
          .key = settings.key,
          .changes = &changes};
}

}  // namespace

shared_table::shared_table(const settings& configuration, std::unique_ptr<shared_writer> writer,
                           shard_metrics& metrics)
    : counter_quota_(configuration.counters),
      idempotency_quota_(configuration.idempotency_records),
      others_(configuration.others),
      metrics_(metrics),
      confirms_reads_(configuration.confirms_reads),
      writer_(std::move(writer)),
      table_(table_settings(configuration, changes_)) {}

void shared_table::apply(std::span<const std::unique_ptr<batch>> group) {
  writer_->begin_group();
  counts_others_ = false;
  group_.collect(group);
  for (auto* call : group_.calls())
    complete_call(*call);
  bool may_write = true;
  while (group_.has_pending()) {
    const auto result = try_all(may_write);
    if (result == transaction_result::ok || result == transaction_result::conflict)
      continue;
    // Reads and replays are served while the database has no space left, though not confirmed.
    const bool spares = result == transaction_result::full && std::exchange(may_write, false);
    group_.refuse(result, spares, now_);
  }
}

// -- calls ------------------------------------------------------------------------

/// Completes a call that needs no row.
void shared_table::complete_call(call& call) {
  // Lists have a mailbox of their own, and the database makes its own backups.
  if (!std::holds_alternative<expiry_sweep_request>(call.request))
    return call.refuse(outcome::unreadable);
  sweep(call.response.emplace<expiry_sweep>());
}

void shared_table::sweep(expiry_sweep& swept) {
  const auto ticket = others_.begin();
  sweep_report report;
  const auto result = writer_->sweep(limits::shard_steps_max, report);
  swept = {result == transaction_result::ok ? outcome::ok : outcome_of(result), report.is_done};
  if (result != transaction_result::ok)
    return;
  counter_quota_.adjust(-report.counters);
  idempotency_quota_.adjust(-report.idempotency_records);
  if (report.others)
    others_.take(ticket, *report.others);
}

// -- transactions -----------------------------------------------------------------

/// Decides and writes all pending operations. Those that are not written stay pending.
transaction_result shared_table::try_all(bool may_write) {
  group_.look_up();
  const auto& rows = group_.rows();
  const bool has_writes =
      std::any_of(rows.begin(), rows.end(), [](const shared_row& row) { return row.may_change; });
  const bool is_open = may_write && (has_writes || confirms_reads_);
  auto result = begin(is_open);
  if (result != transaction_result::ok)
    return result;
  result = transact(part_type::update, may_write, is_open);
  if (result != transaction_result::ok || !group_.has_pending())
    return result;
  // The rows were missing when begin() looked; if they are not any more, commit() says so.
  bool is_insert_open = false;
  if (may_write)
    result = begin_insert(is_insert_open);
  return result == transaction_result::ok ? transact(part_type::insert, may_write, is_insert_open)
                                          : result;
}

transaction_result shared_table::begin(bool is_open) {
  shared_writer::lookup wanted{
      .rows = group_.rows(),
      .records = group_.records(),
      .mode = is_open ? shared_writer::mode::write : shared_writer::mode::read,
      .counts_others = is_open && (counts_records() || counts_others_)};
  const auto result = writer_->begin(wanted);
  if (result != transaction_result::ok)
    return result;
  now_ = wanted.now;
  if (wanted.counts_others)
    others_.take_locked(wanted.others);
  return result;
}

/// Returns true if the group makes counters anew whose rows are there, as those of deleted ones
/// are, or was refused the room, though others may have taken or left it. The next begin() counts
/// what they have.
bool shared_table::takes_last_room() {
  if (counts_others_ || !others_.is_near_counters_max())
    return false;
  const auto items = group_.items();
  const bool is_refused = std::any_of(items.begin(), items.end(), [](const auto& item) {
    return item.is_decided && shared_group::outcome_of(item) == outcome::too_many_counters;
  });
  if (changes_.counter_growth() <= 0 && !is_refused)
    return false;
  counts_others_ = true;
  return true;
}

/// Begins a transaction for the operations on missing rows, if there must be one before these are
/// decided.
transaction_result shared_table::begin_insert(bool& is_open) {
  if (!others_.is_near_counters_max() && !counts_records())
    return transaction_result::ok;
  shared_usage others;
  const auto result = writer_->begin_insert(others);
  is_open = result == transaction_result::ok;
  if (is_open)
    others_.take_locked(others);
  return result;
}

bool shared_table::counts_records() const {
  return !group_.records().empty() && others_.is_near_idempotency_records_max();
}

/// `is_open` says whether there is a transaction that must end.
transaction_result shared_table::transact(part_type part, bool may_write, bool is_open) {
  load(part);
  const bool has_decided = decide(part);
  collect_changes();
  collect_missing(part);
  // What was found missing has no lock: the write looks again, and confirms the replies.
  const bool has_changes = !row_changes_.empty() || !record_changes_.empty() || !missing_.empty();
  auto result = transaction_result::ok;
  bool is_written = false;
  if (may_write && part == part_type::update && (lock_changed_rows() || takes_last_room())) {
    result = is_open ? writer_->end(false) : transaction_result::ok;
    if (result == transaction_result::ok)
      result = transaction_result::conflict;
  } else if (has_changes && may_write) {
    result = write();
    is_written = result == transaction_result::ok;
  } else if (is_open) {
    result = writer_->end(has_decided && confirms_reads_);
  }
  close(is_written);
  for (auto& item : group_.items()) {
    const bool is_final = item.is_decided && result == transaction_result::ok;
    // Its record may have gone since it was looked up: then it was carried out, and not written.
    if (is_final && !may_write && !shared_group::changes_nothing(item))
      shared_group::refuse(item, transaction_result::full);
    else if (is_final)
      shared_group::complete(item, metrics_);
    else if (result != transaction_result::unknown)
      item.is_decided = false;
  }
  return result;
}

/// Loads the rows of this part into the table.
void shared_table::load(part_type part) {
  const auto& rows = group_.rows();
  table_.raise_version(version_at(now_));
  if (part == part_type::update)
    for (std::size_t i = 0; i < rows.size(); ++i) {
      // That of a deleted counter, too: a new one of its name has a greater version.
      table_.raise_version(rows[i].version);
      if (rows[i].current)
        table_.load({rows[i].name, group_.hash_of(i)}, *rows[i].current);
    }
  for (const auto& record : group_.records())
    if (record.current && record.current->forget_at > now_)
      table_.load(record.id, *record.current);
}

/// Returns false if the part has no operations.
bool shared_table::decide(part_type part) {
  bool has_decided = false;
  for (auto& item : group_.items()) {
    if (item.is_completed || group_.part_of(item) != part)
      continue;
    auto& batch = *item.batch;
    const auto index = item.index;
    if (const auto* command = batch.full_command_at(index))
      batch.complete_full(index, table_.apply(*command, batch.hash_at(index), now_));
    else
      item.reply = table_.apply(batch.command_at(index), batch.hash_at(index), now_);
    has_decided = item.is_decided = true;
  }
  return has_decided;
}

void shared_table::collect_changes() {
  collect_row_changes();
  record_changes_.clear();
  replaced_records_ = 0;
  changes_.for_each_idempotency_change(
      [](std::string_view, time_point) {},  // each is replaced
      [this](std::string_view id, const idempotency_record& record) {
        const auto& known = group_.record_of(id).current;
        record_changes_.push_back({id, &record, known ? known->forget_at : time_point{}});
        if (known && known->forget_at <= now_)
          ++replaced_records_;
      });
}

/// Sorted by name, as the rows are. The last change of a row counts.
void shared_table::collect_row_changes() {
  const auto& rows = group_.rows();
  row_changes_.assign(rows.size(), {});
  table_.for_each_counter_change(
      [this, &rows](std::string_view name, const auto&, const std::optional<state>& after) {
        const auto& row = group_.row_of(name);
        row_changes_[static_cast<std::size_t>(&row - rows.data())] = {&row, after};
      });
  std::erase_if(row_changes_, [](const shared_row_change& each) { return each.row == nullptr; });
}

/// Collects the names whose operations were decided though they have no row, and still have none.
void shared_table::collect_missing(part_type part) {
  missing_.clear();
  if (part == part_type::update)
    return;
  auto next = row_changes_.begin();
  for (const auto& row : group_.rows()) {
    while (next != row_changes_.end() && next->row < &row)
      ++next;
    const bool is_created = next != row_changes_.end() && next->row == &row;
    if (!row.exists() && row.may_change && !is_created)
      missing_.push_back(row.name);
  }
}

/// Has the next transaction lock the rows that this one would change without: a read erases a
/// counter that it finds expired. Returns false if there are none.
bool shared_table::lock_changed_rows() {
  const auto is_locked = [](const shared_row_change& change) { return change.row->may_change; };
  if (std::all_of(row_changes_.begin(), row_changes_.end(), is_locked))
    return false;
  for (auto& item : group_.items())
    for (const auto& change : row_changes_)
      if (!item.is_completed && &group_.rows()[item.row] == change.row)
        item.locks = true;
  return true;
}

transaction_result shared_table::write() {
  return writer_->commit(
      {.rows = row_changes_,
       .records = record_changes_,
       .missing = missing_,
       .version = table_.version(),
       .now = table_.now(),
       .counters = changes_.counter_growth(),
       .idempotency_records = changes_.idempotency_growth() - replaced_records_});
}

/// Empties the table. `is_written` says whether the database has its changes.
void shared_table::close(bool is_written) {
  if (is_written) {
    table_.commit();
    idempotency_quota_.adjust(-replaced_records_);
  } else {
    table_.rollback();
  }
  const auto& rows = group_.rows();
  for (std::size_t i = 0; i < rows.size(); ++i)
    table_.unload({rows[i].name, group_.hash_of(i)});
}

}  // namespace counter
