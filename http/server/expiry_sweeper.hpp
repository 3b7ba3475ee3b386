#pragma once

#include "http/net/deadlines.hpp"
#include "http/server/store_client.hpp"

namespace http {

/// Has the shards forget what has expired, so that it takes no room where nobody
/// asks for it. One per server, on one of its loops; used on that loop's thread,
/// within a pass.
class expiry_sweeper final : public reply_handler, public timed {
public:
  /// Both are borrowed.
  expiry_sweeper(http::store_client& store_client, http::deadlines& deadlines)
      : client_(store_client),
        deadlines_(deadlines) {}

  void start() { deadlines_.set(*this, deadlines::expiry_sweep); }
  void stop();

  void on_reply(response_queue::slot, const counter::command&, const counter::reply&) override {}
  void on_response(response_queue::slot slot, counter::call answered) override;
  void on_pass_end() override {}

private:
  void on_deadline() override;
  void ask(unsigned shard);

  http::store_client& client_;
  http::deadlines& deadlines_;
  unsigned asked_ = 0;  // shards that have not answered
  bool is_stopped_ = false;
};

}  // namespace http
