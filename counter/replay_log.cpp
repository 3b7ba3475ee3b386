#include "counter/replay_log.hpp"

namespace counter {

namespace {

/// Names and keys have no control characters, so no two are alike.
std::string id_of(const full_command& command) {
  std::string id;
  id.reserve(command.name.size() + command.idempotency_key.size() + 4);
  id += command.name;
  id += '\0';
  id += command.idempotency_key;
  id += '\0';
  id += static_cast<char>(command.position >> 8);
  id += static_cast<char>(command.position & 0xff);
  return id;
}

}  // namespace

replay_log::replay_log(quota& room, std::chrono::milliseconds kept_for, siphash_key key)
    : room_(room),
      kept_for_(kept_for),
      key_(key),
      numbers_(0, by_id{this}, by_id{this}) {}

const replay_log::entry* replay_log::find(const full_command& command, time_point now) const {
  const auto found = numbers_.find(std::string_view{id_of(command)});
  if (found == numbers_.end() || at(*found).forget_at <= now)
    return nullptr;
  return &at(*found).entry;
}

void replay_log::remember(const full_command& command, const full_reply& reply, time_point now) {
  auto id = id_of(command);
  // One whose time is over, and that was not forgotten yet.
  if (const auto old = numbers_.find(std::string_view{id}); old != numbers_.end())
    numbers_.erase(old);
  records_.push_back({std::move(id), {command.parameters, reply}, now + kept_for_});
  numbers_.insert(first_ + records_.size() - 1);
}

bool replay_log::forget(time_point now, std::size_t max) {
  while (!records_.empty() && records_.front().forget_at <= now) {
    if (max-- == 0)
      return false;
    const auto found = numbers_.find(std::string_view{records_.front().id});
    // A newer one may have taken its place.
    if (found != numbers_.end() && *found == first_)
      numbers_.erase(found);
    records_.pop_front();
    ++first_;
    room_.give();
  }
  return true;
}

}  // namespace counter
