#pragma once

#include "counter/shard/batch.hpp"

#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstdint>

namespace counter {

/// Receives the replies to what it sent through a store_client. Its reference count is not atomic:
/// references are created and dropped on its loop's thread only, or by the last thread that remains
/// after the loop has stopped.
class reply_handler
    : public boost::intrusive_ref_counter<reply_handler, boost::thread_unsafe_counter> {
public:
  /// Chosen by the sender, and passed back with the reply.
  using tag_type = std::uint64_t;

  virtual ~reply_handler() = default;

  /// Called once for each submission that was sent, with its tag. What `completion` refers to is
  /// valid during the call; its call, if there is one, may be moved from.
  virtual void on_reply(tag_type tag, const completion& completion) = 0;

  /// Called once at the end of each pass that brought replies. May send.
  virtual void on_pass_end() = 0;

private:
  friend class batcher;
  bool got_reply_ = false;  // in this pass
};

}  // namespace counter
