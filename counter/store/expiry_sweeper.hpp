#pragma once

#include "counter/store/batcher.hpp"

namespace counter {

/// Periodically asks every shard to remove expired counters and idempotency records, which
/// otherwise would occupy memory until the shard's next batch. Used on its loop's thread.
class expiry_sweeper final : public reply_handler {
public:
  /// Both outlive the sweeper. Shards have the mailboxes 0 to `shards` - 1.
  expiry_sweeper(batcher& batcher, event_loop& loop, unsigned shards)
      : batcher_(batcher),
        loop_(loop),
        shards_(shards) {}

  /// Schedules the next sweep, which schedules the one after it when all shards are done. The
  /// loop's task holds a reference.
  void start();

  /// Schedules no further sweep and sends no further request.
  void stop() noexcept { is_stopped_ = true; }

  void on_reply(tag_type shard, const completion& completion) override;
  void on_pass_end() override {}

private:
  void sweep();
  void sweep(unsigned shard);

  batcher& batcher_;
  event_loop& loop_;
  const unsigned shards_;
  unsigned pending_ = 0;  // requests without a response
  bool is_stopped_ = false;
};

}  // namespace counter
