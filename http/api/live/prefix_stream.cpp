#include "http/api/live/prefix_stream.hpp"

#include "http/api/live/prefix_hub.hpp"

#include <utility>

namespace http::live {

prefix_stream::prefix_stream(prefix_hub& hub, prefix_topic& topic, stream_services& services,
                             stream_room room, const stream_target& target)
    : stream(services, std::move(room), target),
      hub_(hub),
      topic_(topic) {
  hub_.add(topic_, *this);
}

prefix_stream::~prefix_stream() {
  unlink();
  hub_.forget(topic_);
}

void prefix_stream::start(std::shared_ptr<const beginning> first, change_log::position next) {
  beginning_ = std::move(first);
  told_ = 0;
  next_ = next;
  has_started_ = true;
}

void prefix_stream::notify() {
  if (std::exchange(has_nothing_, false))
    notify_writer();
}

void prefix_stream::write() {
  if (has_unread())
    return;
  while (has_started_ && has_space()) {
    if (beginning_) {
      tell((*beginning_)[told_]);
      if (++told_ == beginning_->size())
        beginning_.reset();
    } else if (!topic_.log.has(next_)) {
      tell(v1::reset_event);
      has_started_ = false;
      hub_.restart(topic_, *this);
    } else if (const auto* found = topic_.log.find(next_)) {
      tell(found->second.event);
      next_ = found->first + 1;
    } else {
      has_nothing_ = true;
      return;
    }
  }
  has_nothing_ = !has_started_;
}

}  // namespace http::live
