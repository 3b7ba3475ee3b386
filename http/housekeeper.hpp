#pragma once

#include "http/courier.hpp"
#include "http/deadlines.hpp"

namespace http {

/// Has the shards forget what has expired, so that it takes no room where nobody
/// asks for it. One per server, on one of its loops; used on that loop's thread,
/// within a pass.
class housekeeper final : public recipient, public timed {
public:
  /// Both are borrowed.
  housekeeper(http::courier& courier, http::deadlines& deadlines)
      : courier_(courier),
        deadlines_(deadlines) {}

  void start() { deadlines_.set(*this, deadlines::upkeep); }
  void stop();

  void take_reply(response_queue::slot, const counter::command&, const counter::reply&) override {}
  void take_answer(response_queue::slot slot, counter::errand answered) override;
  void take_end_of_pass() override {}

private:
  void on_deadline() override;
  void ask(unsigned shard);

  http::courier& courier_;
  http::deadlines& deadlines_;
  unsigned asked_ = 0;  // shards that have not answered
  bool is_stopped_ = false;
};

}  // namespace http
