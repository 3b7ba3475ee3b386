#pragma once

#include "http/net/deadlines.hpp"
#include "http/server/store_client.hpp"

namespace http {

/// Periodically asks every shard to remove expired counters, which otherwise would occupy memory
/// until the next access. One per server, on one of its loops. Used on that loop's thread, within a
/// pass.
class expiry_sweeper final : public reply_handler, public timed {
public:
  /// Borrows both.
  expiry_sweeper(http::store_client& store_client, http::deadlines& deadlines)
      : client_(store_client),
        deadlines_(deadlines) {}

  /// Schedules the next sweep. A sweep reschedules itself when all shards are done.
  void start() { deadlines_.set(*this, deadlines::expiry_sweep); }

  /// Schedules no further sweep and sends no further request.
  void stop();

  void on_reply(response_queue::slot_type, const counter::command&,
                const counter::reply&) override {}
  void on_response(response_queue::slot_type slot, counter::call completed) override;
  void on_pass_end() override {}

private:
  void on_deadline() override;
  void sweep(unsigned shard);

  http::store_client& client_;
  http::deadlines& deadlines_;
  unsigned pending_ = 0;  // requests without a response
  bool is_stopped_ = false;
};

}  // namespace http
