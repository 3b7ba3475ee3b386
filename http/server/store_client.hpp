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

/// Who asks the store and gets replies. Its references are counted without
/// atomics: they are made and dropped on its loop's thread, or by one thread
/// alone once the loop has stopped.
class reply_handler
    : public boost::intrusive_ref_counter<reply_handler, boost::thread_unsafe_counter> {
public:
  virtual ~reply_handler() = default;

  virtual void on_reply(response_queue::slot slot, const counter::command& command,
                        const counter::reply& reply) = 0;
  virtual void on_response(response_queue::slot slot, counter::call answered) = 0;

  /// All replies of this pass are there.
  virtual void on_pass_end() = 0;

private:
  friend class store_client;
  bool got_reply_ = false;  // in this pass
};

/// One per event loop: gathers what a pass of the loop has for each shard into
/// one batch, sends it when the pass ends, and hands out the replies. An idle
/// server sends batches of one; nothing waits for a batch to fill.
class store_client final : public counter::event_loop {
public:
  /// Used on the thread of `tasks`, except for what event_loop calls thread-safe.
  store_client(task_queue& tasks, counter::store& store, loop_clock& clock);

  /// A pass of the loop, from the first handler to the end of the scope: then
  /// what was sent is submitted, and what came home is handed out.
  class pass {
  public:
    explicit pass(store_client& store_client) : client_(store_client) { client_.begin_pass(); }
    ~pass() { client_.end_pass(); }
    pass(const pass&) = delete;
    pass& operator=(const pass&) = delete;

  private:
    store_client& client_;
  };

  /// Copies the command; only within a pass.
  void send(const counter::command& command, response_queue::slot slot, reply_handler& from);

  /// The same for a question, which goes to the shard of its name or to the one
  /// that it is for.
  void send(counter::request request, response_queue::slot slot, reply_handler& from);

  /// Whether this pass has enough to do already.
  bool is_full() const noexcept { return operations_ >= counter::limits::pass_operations_max; }

  unsigned shards() const noexcept { return placement_.shards(); }

  void post(std::function<void()> task) override;
  void complete(std::unique_ptr<counter::batch> answered) noexcept override;

private:
  /// A batch that knows whom each reply is for.
  struct addressed_batch final : counter::batch {
    using counter::batch::batch;
    struct address {
      boost::intrusive_ptr<reply_handler> to;
      response_queue::slot slot;
    };
    std::vector<address> addresses;
  };

  addressed_batch& batch_for(unsigned shard);
  void address(addressed_batch& batch, response_queue::slot slot, reply_handler& from);
  void begin_pass();
  void end_pass();
  void post_pass();
  void submit();
  void deliver();
  void deliver(addressed_batch& answered);

  task_queue& tasks_;
  const counter::placement& placement_;
  counter::submitter& submitter_;
  loop_clock& clock_;
  std::vector<std::unique_ptr<counter::batch>> pass_;  // a place a shard
  http::inbox inbox_;
  std::vector<std::unique_ptr<counter::batch>> answered_;
  std::vector<std::unique_ptr<counter::batch>> delivering_;
  std::vector<std::unique_ptr<counter::batch>> spare_;
  std::vector<boost::intrusive_ptr<reply_handler>> touched_;
  std::size_t operations_ = 0;  // that were sent in this pass
  bool has_pending_ = false;    // in pass_
  bool is_in_pass_ = false;
  bool is_pass_posted_ = false;
};

}  // namespace http
