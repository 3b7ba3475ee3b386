#pragma once

#include "counter/store/batcher.hpp"
#include "counter/store/expiry_sweeper.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <optional>

namespace counter {

/// One event loop's door to the store: sends each submission to where it belongs, merges lists, and
/// delivers the replies to their handlers. The first client of a store also removes expired
/// counters. Used on the loop's thread.
class store_client {
public:
  /// All outlive the client, which outlives the threads of the store. `watch`, unless null, is told
  /// of the changes that this client has sent.
  store_client(event_loop& loop, store& store, change_watch* watch = nullptr);

  /// See batcher::pass.
  class pass {
  public:
    explicit pass(store_client& client) : pass_(client.batcher_) {}

  private:
    batcher::pass pass_;
  };

  /// Sends a copy of the command, or the request, and holds a reference to `from` until it is
  /// replied to. If a mailbox that it needs has no room for its priority, all of it is refused with
  /// `overloaded`, and completion::retry_after is set. Call it only within a pass. Expiry sweeps
  /// are the client's own.
  void send(submission&& submission, reply_handler::tag_type tag, reply_handler& from);

  /// See batcher::is_full().
  bool is_full() const noexcept { return batcher_.is_full(); }

  /// See batcher::has_work().
  bool has_work() const noexcept { return batcher_.has_work(); }

  /// From now on sends only what send() is given: no more sweeps. The loop is about to end.
  void drain() noexcept;

private:
  void send_request(request payload, reply_handler::tag_type tag, reply_handler& from);
  void send_page(page_request query, reply_handler::tag_type tag, reply_handler& from);
  void send_list(command_list commands, reply_handler::tag_type tag, reply_handler& from);
  std::optional<unsigned> full_shard(priority priority) const noexcept;
  std::optional<unsigned> full_shard(const command_list& commands,
                                     priority priority) const noexcept;

  store& store_;
  const placement& placement_;
  store::connection connection_;
  counter::batcher batcher_;
  boost::intrusive_ptr<expiry_sweeper> sweeper_;  // null if another loop's client sweeps
};

}  // namespace counter
