#include "counter/shard/name_order.hpp"

#include <algorithm>

namespace counter {

void name_order::build(std::size_t steps) {
  for (auto left = steps * records_in_a_step; left > 0 && !is_complete();) {
    // A part or a range costs something even if it has no records.
    std::size_t spent = 1;
    if (waiting_.empty())
      take_up();
    else
      spent = put_waiting();
    left -= std::min(left, spent);
  }
}

/// Refills waiting_: with the next part of the index or, if all have been taken up, the
/// next range.
void name_order::take_up() {
  if (part_ < index_.parts()) {
    if (part_ == 0)
      ranges_.emplace(records_);
    waiting_ = index_.handles_of(part_);
    ++part_;
    // A range that is full now will have parts() / part_ times as many records. Twice as many
    // pieces will be half full, so few of them are split again.
    ranges_->set_pieces(2 * index_.parts() / part_);
    return;
  }
  waiting_ = ranges_->take_first();
  if (ranges_->is_empty())
    ranges_.reset();
}

/// Puts the last waiting record into its range, or, if that was taken, into handles_.
/// Returns how many records were looked at.
std::size_t name_order::put_waiting() {
  if (waiting_.size() > record::prefetch_distance)
    record_of(*(waiting_.end() - 1 - record::prefetch_distance)).prefetch();
  auto looked_at = ranges_ ? ranges_->insert(waiting_.back()) : 0;
  if (looked_at == 0) {
    // Ranges come in ascending order, so it is usually the greatest name so far.
    handles_.insert(handles_.end(), waiting_.back());
    looked_at = 1;
  }
  waiting_.pop_back();
  return looked_at;
}

void name_order::insert(handle added, std::uint64_t hash) {
  if (!has_part_of(hash))
    return;
  if (!ranges_ || ranges_->insert(added) == 0)
    handles_.insert(added);
}

void name_order::erase(handle removed, std::uint64_t hash) {
  if (!has_part_of(hash) || (ranges_ && ranges_->erase(removed)))
    return;
  if (handles_.erase(removed) == 0)
    std::erase(waiting_, removed);
}

}  // namespace counter
