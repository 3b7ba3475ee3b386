#include "http/api/live/event_stream.hpp"

#include "counter/limits.hpp"
#include "http/api/live/stream_hub.hpp"
#include "http/api/v1/event_text.hpp"

#include <utility>

namespace http::live {

event_stream::event_stream(stream_hub& hub, pipeline& pipeline, pipeline::slot_type slot,
                           event_writer& writer, const std::vector<std::string>& names,
                           std::optional<std::uint64_t> known_version)
    : hub_(hub),
      pipeline_(pipeline),
      slot_(slot),
      writer_(writer),
      known_version_(known_version),
      count_(names.size()),
      subscriptions_(std::make_unique<subscription[]>(names.size())) {
  pipeline_.append(slot_, v1::retry_event(hub_.retry_pause()));
  for (std::size_t i = 0; i < count_; ++i) {
    subscriptions_[i].stream = this;
    hub_.subscribe(names[i], subscriptions_[i]);
  }
}

event_stream::~event_stream() {
  for (std::size_t i = 0; i < count_; ++i)
    hub_.unsubscribe(subscriptions_[i]);
  hub_.give_back(count_);
}

void event_stream::notify(subscription& about) {
  if (about.told == about.topic->state_number)
    return;
  const auto known = std::exchange(known_version_, std::nullopt);
  if (known && about.told == 0 && about.topic->state && about.topic->state->version == *known) {
    about.told = about.topic->state_number;
    return;
  }
  if (about.list_hook<pending_list_tag>::is_linked())
    return;
  const bool was_empty = pending_.empty();
  pending_.push_back(about);
  if (was_empty)
    writer_.on_event();
}

void event_stream::write() {
  if (pipeline_.output_bytes() > 0)
    return;
  while (!pending_.empty() && pipeline_.output_bytes() < counter::limits::stream_bytes_max) {
    auto& next = pending_.front();
    pending_.pop_front();
    next.told = next.topic->state_number;
    // It was made and deleted in between.
    const bool is_gone = !next.topic->state;
    if (std::exchange(next.knows_gone, is_gone) && is_gone)
      continue;
    pipeline_.append(slot_, next.topic->event);
    hub_.count_event();
  }
}

void event_stream::ping() {
  if (pipeline_.output_bytes() == 0)
    pipeline_.append(slot_, v1::ping_event);
}

void event_stream::end() {
  pipeline_.append(slot_, v1::retry_event(hub_.retry_pause()));
  pipeline_.end(slot_);
}

}  // namespace http::live
