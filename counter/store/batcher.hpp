#pragma once

#include "counter/inbox.hpp"
#include "counter/limits.hpp"
#include "counter/store/change_watch.hpp"
#include "counter/store/reply_handler.hpp"
#include "counter/store/reported_names.hpp"
#include "counter/store/retry_delay.hpp"
#include "counter/store/room.hpp"
#include "counter/store/store.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace counter {

/// Collects, per pass, what an event loop sends to each mailbox of the store into one batch,
/// submits the batches when the pass ends, and delivers the replies. No batch waits to fill up: an
/// idle server sends batches of one. Used on the loop's thread, except complete(), which is
/// thread-safe. Between two passes the loop must not wait while has_work().
///
/// What a mailbox has no room for is refused before it is in a batch. A loop looks at the room when
/// it begins a batch, so with each loop a mailbox may have one batch more than its bound, and one
/// list of commands, which is taken whole.
class batcher final : public batch_origin {
public:
  /// All outlive every batch that was sent. `is_bounded` is false if there is room for everything
  /// in every mailbox, or the store refuses what it has no room for. `watch`, unless null, is told
  /// of changes.
  batcher(event_loop& loop, submitter& submitter, unsigned mailboxes, bool is_bounded = false,
          change_watch* watch = nullptr);

  /// A pass of the loop, which lasts as long as this object. Its constructor reads the clocks; its
  /// destructor submits the batches and delivers the replies that have arrived. Passes do not nest.
  class pass {
  public:
    explicit pass(batcher& batcher) : batcher_(batcher) { batcher_.begin_pass(); }
    ~pass() { batcher_.end_pass(); }
    pass(const pass&) = delete;
    pass& operator=(const pass&) = delete;

  private:
    batcher& batcher_;
  };

  /// Sends a copy of `command` to `mailbox`, or refuses it if there is no room, and holds a
  /// reference to `from` until it is replied to. `hash` is that of the name, see placement. Call it
  /// only within a pass. At limits::batch_operations_max the batch is submitted at once.
  void send(unsigned mailbox, const command& command, std::uint64_t hash,
            reply_handler::tag_type tag, reply_handler& from);

  /// Where the reply to an item goes.
  struct address {
    boost::intrusive_ptr<reply_handler> to;
    reply_handler::tag_type tag;
  };

  /// A call with a command_list that is being sent, element by element. It is complete when the
  /// last element is.
  struct sent_list final : call {
    sent_list(command_list commands, address recipient)
        : call(std::move(commands)),
          pending(std::get<command_list>(request).size()),
          from(std::move(recipient)) {
      response = reply_list(pending);
    }
    std::size_t pending;  // elements without a reply
    address from;
  };

  /// Sends one element of `list`; each element once. Does not look for room.
  void send(unsigned mailbox, const std::shared_ptr<sent_list>& list, std::size_t element,
            std::uint64_t hash);

  /// Sends a request other than a command_list. `hash` is any number if it has no name. Does not
  /// look for room.
  void send(unsigned mailbox, request payload, std::uint64_t hash, reply_handler::tag_type tag,
            reply_handler& from);

  /// Returns true if `mailbox` has room for something of this priority. Call it within a pass.
  bool has_room(unsigned mailbox, priority priority) const noexcept;

  /// Refuses a request of any kind because there is no room in `mailbox`: replies `overloaded` when
  /// the pass ends, as send() does with a command. Call it within a pass.
  void refuse(unsigned mailbox, priority priority, request payload, reply_handler::tag_type tag,
              reply_handler& from);

  /// Delivers a reply that arrived in no batch, such as a merged page. Call it only from
  /// reply_handler::on_reply().
  void deliver(reply_handler& to, reply_handler::tag_type tag, const completion& completion);

  /// Returns true if this pass has sent limits::pass_operations_max operations: callers should
  /// leave further work to the next pass.
  bool is_full() const noexcept { return operations_ >= limits::pass_operations_max; }

  /// Returns true if a pass has something to submit or to deliver. Otherwise event_loop::wake() is
  /// called when it has.
  bool has_work() const noexcept {
    return has_pending_ || !completed_.empty() || !refused_.empty() || !inbox_.is_empty();
  }

  void complete(std::unique_ptr<batch> completed) noexcept override;

private:
  /// A batch with the recipient of each reply.
  struct addressed_batch final : batch {
    using batch::batch;
    std::vector<address> addresses;              // none of an element
    std::chrono::steady_clock::time_point sent;  // when the pass began
    counter::room room;                          // of its mailbox, when it was begun
  };

  /// What a mailbox had no room for in this pass. It is never submitted.
  struct refused_batch {
    unsigned mailbox;
    std::chrono::nanoseconds wait;  // until there may be room
    std::unique_ptr<addressed_batch> batch;
  };

  addressed_batch& batch_for(unsigned mailbox);
  void added_to(addressed_batch& batch);
  void refuse(unsigned mailbox, const command& command, std::uint64_t hash,
              reply_handler::tag_type tag, reply_handler& from);
  addressed_batch& refused_for(unsigned mailbox, priority priority, std::size_t operations);
  void deliver_refused();
  void begin_pass();
  void end_pass();
  void submit();
  void deliver_all();
  void report_changes(addressed_batch& batch);
  void report_name(addressed_batch& batch, std::size_t index);
  void deliver(addressed_batch& batch);
  void deliver_element(sent_list& list);
  void deliver(address& to, const completion& completion);

  event_loop& loop_;
  submitter& submitter_;
  const bool is_bounded_;
  change_watch* const watch_;
  retry_delay retry_delay_;
  event_loop::pass_time now_{};                    // of this pass
  std::vector<std::unique_ptr<batch>> pass_;       // index: mailbox
  counter::inbox<batch> inbox_;                    // completed by other threads
  std::vector<std::unique_ptr<batch>> completed_;  // on this one
  std::vector<refused_batch> refused_;             // in this pass
  std::vector<std::unique_ptr<batch>> delivering_;
  reported_names reported_;
  std::vector<std::unique_ptr<batch>> spare_;                  // empty, for reuse
  std::vector<boost::intrusive_ptr<reply_handler>> notified_;  // await on_pass_end()
  std::size_t operations_ = 0;                                 // sent in this pass
  bool has_pending_ = false;                                   // pass_ has a batch
  bool is_in_pass_ = false;
};

}  // namespace counter
