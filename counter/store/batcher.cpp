#include "counter/store/batcher.hpp"

#include <cassert>
#include <utility>

namespace counter {

namespace {

/// Enough for each shard of a usual server to process one batch of this loop.
constexpr std::size_t spare_batches_max = 64;

}  // namespace

void batcher::send(unsigned mailbox, const command& command, std::uint64_t hash,
                   reply_handler::tag_type tag, reply_handler& from) {
  assert(is_in_pass_);
  auto& batch = batch_for(mailbox);
  batch.add(command, hash);
  batch.addresses.push_back({&from, tag});
  added_to(batch);
}

void batcher::send(unsigned mailbox, request payload, std::uint64_t hash,
                   reply_handler::tag_type tag, reply_handler& from) {
  assert(is_in_pass_);
  auto& batch = batch_for(mailbox);
  batch.add(std::move(payload), hash);
  batch.addresses.push_back({&from, tag});
  added_to(batch);
}

void batcher::send(unsigned mailbox, const std::shared_ptr<sent_list>& list, std::size_t element,
                   std::uint64_t hash) {
  assert(is_in_pass_);
  auto& batch = batch_for(mailbox);
  batch.add(list, element, hash);
  added_to(batch);
}

void batcher::added_to(addressed_batch& batch) {
  has_pending_ = true;
  ++operations_;
  if (batch.size() >= limits::batch_operations_max)
    submit();
}

void batcher::complete(std::unique_ptr<batch> completed) noexcept {
  if (loop_.is_here()) {
    // Deliver later: the shard is still running further up the stack, and its next caller must not
    // wait while this loop writes to sockets.
    completed_.push_back(std::move(completed));
    if (!is_in_pass_)
      post_pass();
  } else if (inbox_.put(std::move(completed))) {
    loop_.post([this] { const pass delivery{*this}; });
  }
}

batcher::addressed_batch& batcher::batch_for(unsigned mailbox) {
  auto& batch = pass_[mailbox];
  if (!batch) {
    if (spare_.empty()) {
      batch = std::make_unique<addressed_batch>(*this);
    } else {
      batch = std::move(spare_.back());
      spare_.pop_back();
    }
    batch->set_now(now_);
  }
  return static_cast<addressed_batch&>(*batch);
}

void batcher::begin_pass() {
  assert(!is_in_pass_);
  is_in_pass_ = true;
  operations_ = 0;
  inbox_.open();
  now_ = loop_.begin_pass();
}

void batcher::end_pass() {
  submit();
  inbox_.empty_and_close(completed_);
  deliver_all();
  is_in_pass_ = false;
  // The replies made room for further requests, which were sent just now. They go out in another
  // pass, after the loop has looked at its sockets.
  if (has_pending_ || !completed_.empty())
    post_pass();
}

/// Posts at most one pass at a time: otherwise every pass could post another, and posted passes
/// would keep the loop from its sockets.
void batcher::post_pass() {
  if (std::exchange(is_pass_posted_, true))
    return;
  loop_.post([this] {
    is_pass_posted_ = false;
    const pass next{*this};
  });
}

void batcher::submit() {
  if (std::exchange(has_pending_, false))
    submitter_.submit(pass_);
}

void batcher::deliver_all() {
  delivering_.swap(completed_);
  for (auto& batch : delivering_) {
    deliver(static_cast<addressed_batch&>(*batch));
    if (spare_.size() < spare_batches_max)
      spare_.push_back(std::move(batch));
  }
  delivering_.clear();
  for (auto& reply_handler : notified_) {
    reply_handler->got_reply_ = false;
    reply_handler->on_pass_end();
  }
  notified_.clear();
}

void batcher::deliver(addressed_batch& batch) {
  auto next = batch.addresses.begin();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    switch (batch.kind_of(i)) {
      case batch::kind_type::command:
        deliver(*next++, {batch.command_at(i), batch.reply_at(i)});
        break;
      case batch::kind_type::call:
        deliver(*next++, {.call = &batch.call_at(i)});
        break;
      case batch::kind_type::element:
        deliver_element(static_cast<sent_list&>(batch.list_at(i)));
        break;
    }
  }
  batch.addresses.clear();
  batch.clear();
}

void batcher::deliver_element(sent_list& list) {
  if (--list.pending == 0)
    deliver(list.from, {.call = &list});
}

void batcher::deliver(address& to, const completion& completion) {
  to.to->on_reply(to.tag, completion);
  if (!std::exchange(to.to->got_reply_, true))
    notified_.push_back(std::move(to.to));
}

void batcher::deliver(reply_handler& to, reply_handler::tag_type tag,
                      const completion& completion) {
  address recipient{&to, tag};
  deliver(recipient, completion);
}

}  // namespace counter
