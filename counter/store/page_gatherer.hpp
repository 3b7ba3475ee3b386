#pragma once

#include "counter/store/batcher.hpp"
#include "counter/store/page_merge.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace counter {

/// Serves one page request: requests pages from every mailbox that serves lists, merges them, and
/// replies to the handler that sent the request. Lives until then, held by its own requests. Used
/// on the loop's thread, within a pass.
class page_gatherer final : public reply_handler {
public:
  /// Borrows `batcher`. Holds a reference to `to` until it has replied.
  page_gatherer(batcher& batcher, const mailbox_layout& layout, page_request query, tag_type tag,
                reply_handler& to);

  /// Sends the requests that the merge needs now.
  void send_requests();

  void on_reply(tag_type source, const completion& completion) override;
  void on_pass_end() override {}

private:
  batcher& batcher_;
  const unsigned first_list_;
  page_request request_;  // as it was sent
  page_merge merge_;
  const tag_type tag_;
  const boost::intrusive_ptr<reply_handler> to_;
};

}  // namespace counter
