#include "http/api/live/counter_stream.hpp"

#include "http/api/live/stream_hub.hpp"

#include <utility>

namespace http::live {

counter_stream::counter_stream(stream_hub& hub, const std::vector<std::string>& names,
                               std::optional<std::uint64_t> known_version,
                               stream_services& services, stream_room room,
                               const stream_target& target)
    : stream(services, std::move(room), target),
      hub_(hub),
      known_version_(known_version.value_or(0)),
      subscriptions_(std::make_unique<subscription[]>(names.size())) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    subscriptions_[i].stream = this;
    hub_.subscribe(names[i], subscriptions_[i]);
  }
}

counter_stream::~counter_stream() {
  for (std::size_t i = 0; i < watched(); ++i)
    hub_.unsubscribe(subscriptions_[i]);
}

void counter_stream::notify(subscription& about) {
  if (about.told == about.topic->state_number)
    return;
  const auto known = std::exchange(known_version_, 0);
  if (known != 0 && about.told == 0 && about.topic->state && about.topic->state->version == known) {
    about.told = about.topic->state_number;
    return;
  }
  if (about.list_hook<pending_list_tag>::is_linked())
    return;
  const bool was_empty = pending_.empty();
  pending_.push_back(about);
  if (was_empty)
    notify_writer();
}

void counter_stream::write() {
  if (has_unread())
    return;
  while (!pending_.empty() && has_space()) {
    auto& next = pending_.front();
    pending_.pop_front();
    next.told = next.topic->state_number;
    // It was made and deleted in between.
    const bool is_gone = !next.topic->state;
    if (std::exchange(next.knows_gone, is_gone) && is_gone)
      continue;
    tell(hub_.event_of(*next.topic));
  }
}

}  // namespace http::live
