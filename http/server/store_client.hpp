#pragma once

#include "counter/limits.hpp"
#include "counter/shard/store.hpp"
#include "http/net/loop_clock.hpp"
#include "http/net/task_queue.hpp"
#include "http/protocol/response_queue.hpp"
#include "http/server/inbox.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <memory>
#include <vector>

namespace http {

/// Receives the replies to what it sent through a store_client. Its reference count is not atomic:
/// references are created and dropped on its loop's thread only, or by the last thread that remains
/// after the loop has stopped.
class reply_handler
    : public boost::intrusive_ref_counter<reply_handler, boost::thread_unsafe_counter> {
public:
  virtual ~reply_handler() = default;

  /// Called once for each command that was sent, with its slot. The arguments are valid during the
  /// call.
  virtual void on_reply(response_queue::slot_type slot, const counter::command& command,
                        const counter::reply& reply) = 0;

  /// Called once for each request that was sent, with its slot.
  virtual void on_response(response_queue::slot_type slot, counter::call completed) = 0;

  /// Called once at the end of a pass that delivered replies to this handler, after all of them.
  /// May send.
  virtual void on_pass_end() = 0;

private:
  friend class store_client;
  bool got_reply_ = false;  // during the current delivery
};

/// The connection of one event loop to the store. Collects the commands and requests of a pass into
/// one batch per mailbox, submits the batches when the pass ends, and delivers the replies. No
/// batch waits to fill up: an idle server sends batches of one. Used on the thread of `tasks`,
/// except the functions of event_loop, which are thread-safe.
class store_client final : public counter::event_loop {
public:
  /// Borrows all three; they outlive every batch that was sent.
  store_client(task_queue& tasks, counter::store& store, loop_clock& clock);

  /// A pass of the loop, which lasts as long as this object. Its constructor refreshes the clock;
  /// its destructor submits the batches and delivers the replies that have arrived. Passes do not
  /// nest.
  class pass {
  public:
    explicit pass(store_client& store_client) : client_(store_client) { client_.begin_pass(); }
    ~pass() { client_.end_pass(); }
    pass(const pass&) = delete;
    pass& operator=(const pass&) = delete;

  private:
    store_client& client_;
  };

  /// Sends a copy of `command`, and holds a reference to `from` until it is replied to. Call it
  /// only within a pass. At limits::batch_operations_max the batch is submitted at once.
  void send(const counter::command& command, response_queue::slot_type slot, reply_handler& from);

  /// Sends a request to the shard of its name, or to the mailbox or shard that it states.
  void send(counter::request request, response_queue::slot_type slot, reply_handler& from);

  /// Returns true if this pass has sent limits::pass_operations_max operations: callers should
  /// leave further work to the next pass.
  bool is_full() const noexcept { return operations_ >= counter::limits::pass_operations_max; }

  unsigned shards() const noexcept { return placement_.shards(); }

  void post(std::function<void()> task) override;
  void complete(std::unique_ptr<counter::batch> completed) noexcept override;

private:
  /// A batch with the recipient of each reply.
  struct addressed_batch final : counter::batch {
    using counter::batch::batch;
    struct address {
      boost::intrusive_ptr<reply_handler> to;
      response_queue::slot_type slot;
    };
    std::vector<address> addresses;
  };

  addressed_batch& batch_for(unsigned shard);
  void address(addressed_batch& batch, response_queue::slot_type slot, reply_handler& from);
  void begin_pass();
  void end_pass();
  void post_pass();
  void submit();
  void deliver();
  void deliver(addressed_batch& batch);

  task_queue& tasks_;
  const counter::placement& placement_;
  counter::submitter& submitter_;
  loop_clock& clock_;
  std::vector<std::unique_ptr<counter::batch>> pass_;  // index: mailbox
  http::inbox inbox_;
  std::vector<std::unique_ptr<counter::batch>> completed_;
  std::vector<std::unique_ptr<counter::batch>> delivering_;
  std::vector<std::unique_ptr<counter::batch>> spare_;         // empty, for reuse
  std::vector<boost::intrusive_ptr<reply_handler>> notified_;  // await on_pass_end()
  std::size_t operations_ = 0;                                 // sent in this pass
  bool has_pending_ = false;                                   // pass_ has a batch
  bool is_in_pass_ = false;
  bool is_pass_posted_ = false;
};

}  // namespace http
