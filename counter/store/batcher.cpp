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
  // Deliver later: the shard is still running further up the stack, and its next caller must not
  // wait while this loop writes to sockets.
  if (loop_.is_here())
    completed_.push_back(std::move(completed));
  else if (inbox_.put(std::move(completed)))
    loop_.wake();
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
    batch->set_now(now_.wall);
    static_cast<addressed_batch&>(*batch).sent = now_.steady;
  }
  return static_cast<addressed_batch&>(*batch);
}

void batcher::begin_pass() {
  assert(!is_in_pass_);
  is_in_pass_ = true;
  operations_ = 0;
  now_ = loop_.begin_pass();
}

void batcher::end_pass() {
  submit();
  inbox_.take_all([&](std::unique_ptr<batch> batch) { completed_.push_back(std::move(batch)); });
  // The replies may make room for further requests. They go out in another pass, after the loop has
  // looked at its sockets.
  deliver_all();
  is_in_pass_ = false;
}

void batcher::submit() {
  if (std::exchange(has_pending_, false))
    submitter_.submit(pass_);
}

void batcher::deliver_all() {
  delivering_.swap(completed_);
  bool is_late = false;
  for (auto& batch : delivering_) {
    auto& addressed = static_cast<addressed_batch&>(*batch);
    if (addressed.sent != now_.steady) {
      loop_.begin_replies(addressed.sent);
      is_late = true;
    }
    deliver(addressed);
    if (spare_.size() < spare_batches_max)
      spare_.push_back(std::move(batch));
  }
  delivering_.clear();
  if (is_late)
    loop_.begin_replies(now_.steady);
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
