#include "counter/store/batcher.hpp"

#include <algorithm>
#include <cassert>
#include <random>
#include <utility>

namespace counter {

namespace {

/// Enough for each shard of a usual server to process one batch of this loop.
constexpr std::size_t spare_batches_max = 64;

/// How many operations are refused with a request. A batch whose key is not bound is not sent.
std::size_t operations_of(const request& payload) {
  if (const auto* list = std::get_if<command_list>(&payload))
    return list->size();
  const auto* command = std::get_if<full_command>(&payload);
  return command != nullptr && command->parameters.operation == operation::bind
             ? command->bound_operations
             : 1;
}

}  // namespace

batcher::batcher(event_loop& loop, submitter& submitter, unsigned mailboxes, bool is_bounded,
                 change_watch* watch)
    : loop_(loop),
      submitter_(submitter),
      is_bounded_(is_bounded),
      watch_(watch),
      retry_delay_(std::random_device{}()),
      pass_(mailboxes) {}

void batcher::send(unsigned mailbox, const command& command, std::uint64_t hash,
                   reply_handler::tag_type tag, reply_handler& from) {
  assert(is_in_pass_);
  auto& batch = batch_for(mailbox);
  if (is_bounded_ && batch.size() >= batch.room.of(priority::usual)) [[unlikely]]
    return refuse(mailbox, command, hash, tag, from);
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
    auto& addressed = static_cast<addressed_batch&>(*batch);
    addressed.sent = now_.steady;
    if (is_bounded_)
      addressed.room = submitter_.room(mailbox, now_.steady);
  }
  return static_cast<addressed_batch&>(*batch);
}

// -- refusals -----------------------------------------------------------------

bool batcher::has_room(unsigned mailbox, priority priority) const noexcept {
  assert(is_in_pass_);
  if (!is_bounded_)
    return true;
  if (const auto& batch = pass_[mailbox])
    return batch->size() < static_cast<const addressed_batch&>(*batch).room.of(priority);
  return submitter_.room(mailbox, now_.steady).of(priority) > 0;
}

void batcher::refuse(unsigned mailbox, priority priority, request payload,
                     reply_handler::tag_type tag, reply_handler& from) {
  auto& batch = refused_for(mailbox, priority, operations_of(payload));
  batch.add(std::move(payload), 0);
  batch.addresses.push_back({&from, tag});
}

void batcher::refuse(unsigned mailbox, const command& command, std::uint64_t hash,
                     reply_handler::tag_type tag, reply_handler& from) {
  // An empty batch must not be submitted. The next one looks at the room anew.
  if (auto& batch = pass_[mailbox]; batch->size() == 0)
    spare_.push_back(std::move(batch));
  auto& batch = refused_for(mailbox, priority::usual, 1);
  batch.add(command, hash);
  batch.addresses.push_back({&from, tag});
}

batcher::addressed_batch& batcher::refused_for(unsigned mailbox, priority priority,
                                               std::size_t operations) {
  assert(is_in_pass_);
  ++operations_;  // its response is work for this pass, too
  const auto wait = submitter_.count_refused(mailbox, priority, operations, now_.steady);
  auto found = std::find_if(refused_.begin(), refused_.end(),
                            [mailbox](const auto& refused) { return refused.mailbox == mailbox; });
  if (found == refused_.end())
    found = refused_.insert(found, {mailbox, wait, std::make_unique<addressed_batch>(*this)});
  found->wait = wait;
  return *found->batch;
}

/// Replies may come only now: the handlers were in the middle of sending.
void batcher::deliver_refused() {
  for (auto& [mailbox, wait, batch] : std::exchange(refused_, {})) {
    auto next = batch->addresses.begin();
    for (std::size_t i = 0; i < batch->size(); ++i) {
      completion refusal{.retry_after = retry_delay_(wait)};
      batch->refuse(i, outcome::overloaded);
      if (batch->kind_of(i) == batch::kind_type::command) {
        refusal.command = batch->command_at(i);
        refusal.reply = batch->reply_at(i);
      } else {
        refusal.call = &batch->call_at(i);
      }
      deliver(*next++, refusal);
    }
  }
}

// -- passes -------------------------------------------------------------------

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
    if (watch_ != nullptr && (watch_->is_armed() || watch_->prefixes().is_armed())) [[unlikely]]
      report_changes(addressed);
    deliver(addressed);
    if (spare_.size() < spare_batches_max)
      spare_.push_back(std::move(batch));
  }
  delivering_.clear();
  if (is_late)
    loop_.begin_replies(now_.steady);
  if (!refused_.empty())
    deliver_refused();
  for (auto& reply_handler : notified_) {
    reply_handler->got_reply_ = false;
    reply_handler->on_pass_end();
  }
  notified_.clear();
}

/// A write that was refused counts, too: to find out would take longer than the read that follows.
void batcher::report_changes(addressed_batch& batch) {
  auto& prefixes = watch_->prefixes();
  const bool reports_names = prefixes.is_armed() && !prefixes.is_full();
  const auto epoch = prefixes.epoch();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto applied = operation::get;
    if (batch.kind_of(i) == batch::kind_type::command)
      applied = batch.command_at(i).operation;
    else if (const auto* command = batch.full_command_at(i))
      applied = command->parameters.operation;
    if (applied == operation::get || applied == operation::bind)
      continue;
    watch_->report(batch.hash_at(i));
    if (reports_names && reported_.add(batch.hash_at(i), epoch))
      report_name(batch, i);
  }
}

void batcher::report_name(addressed_batch& batch, std::size_t index) {
  if (const auto* command = batch.full_command_at(index))
    watch_->prefixes().report(command->name);
  else
    watch_->prefixes().report(batch.command_at(index).name);
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
