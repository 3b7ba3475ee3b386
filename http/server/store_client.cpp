#include "http/server/store_client.hpp"

#include <cassert>
#include <utility>

namespace http {

namespace {

/// Enough for each shard of a usual server to process one batch of this loop.
constexpr std::size_t spare_batches_max = 64;

}  // namespace

store_client::store_client(task_queue& tasks, counter::store& store, loop_clock& clock)
    : tasks_(tasks),
      placement_(store.placement()),
      submitter_(store.connect(*this)),
      clock_(clock),
      pass_(store.traits().mailboxes) {}

void store_client::send(const counter::command& command, response_queue::slot_type slot,
                        reply_handler& from) {
  assert(is_in_pass_);
  const auto location = placement_.of(command.name);
  auto& batch = batch_for(location.shard);
  batch.add(command, location.hash);
  address(batch, slot, from);
}

void store_client::send(counter::request request, response_queue::slot_type slot,
                        reply_handler& from) {
  assert(is_in_pass_);
  using location = counter::placement::location;
  struct {
    const counter::placement& placement;
    location operator()(const counter::full_command& it) const { return placement.of(it.name); }
    location operator()(const counter::page_request& it) const { return {it.mailbox, 0}; }
    location operator()(const counter::expiry_sweep_request& it) const { return {it.shard, 0}; }
    location operator()(const counter::backup_request& it) const { return {it.mailbox, 0}; }
  } const location_of{placement_};
  const auto destination = std::visit(location_of, request);
  auto& batch = batch_for(destination.shard);
  batch.add(std::move(request), destination.hash);
  address(batch, slot, from);
}

void store_client::address(addressed_batch& batch, response_queue::slot_type slot,
                           reply_handler& from) {
  batch.addresses.push_back({&from, slot});
  has_pending_ = true;
  ++operations_;
  if (batch.size() >= counter::limits::batch_operations_max)
    submit();
}

void store_client::post(std::function<void()> task) {
  tasks_.post(std::move(task));
}

void store_client::complete(std::unique_ptr<counter::batch> completed) noexcept {
  if (tasks_.is_here()) {
    // Deliver later: the shard is still running further up the stack, and its next caller must not
    // wait while this loop writes to sockets.
    completed_.push_back(std::move(completed));
    if (!is_in_pass_)
      post_pass();
  } else if (inbox_.put(std::move(completed))) {
    tasks_.post([this] { const pass delivery{*this}; });
  }
}

store_client::addressed_batch& store_client::batch_for(unsigned shard) {
  auto& batch = pass_[shard];
  if (!batch) {
    if (spare_.empty()) {
      batch = std::make_unique<addressed_batch>(*this);
    } else {
      batch = std::move(spare_.back());
      spare_.pop_back();
    }
    batch->set_now(clock_.wall());
  }
  return static_cast<addressed_batch&>(*batch);
}

void store_client::begin_pass() {
  assert(!is_in_pass_);
  is_in_pass_ = true;
  operations_ = 0;
  inbox_.open();
  clock_.refresh();
}

void store_client::end_pass() {
  submit();
  inbox_.empty_and_close(completed_);
  deliver();
  is_in_pass_ = false;
  // The replies made room for further requests, which were sent just now. They go out in another
  // pass, after the loop has looked at its sockets.
  if (has_pending_ || !completed_.empty())
    post_pass();
}

/// Posts at most one pass at a time: otherwise every pass could post another, and posted passes
/// would keep the loop from its sockets.
void store_client::post_pass() {
  if (std::exchange(is_pass_posted_, true))
    return;
  tasks_.post([this] {
    is_pass_posted_ = false;
    const pass next{*this};
  });
}

void store_client::submit() {
  if (std::exchange(has_pending_, false))
    submitter_.submit(pass_);
}

void store_client::deliver() {
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

void store_client::deliver(addressed_batch& batch) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    auto& address = batch.addresses[i];
    if (batch.is_call(i))
      address.to->on_response(address.slot, std::move(batch.call_at(i)));
    else
      address.to->on_reply(address.slot, batch.command_at(i), batch.reply_at(i));
    if (!std::exchange(address.to->got_reply_, true))
      notified_.push_back(std::move(address.to));
  }
  batch.addresses.clear();
  batch.clear();
}

}  // namespace http
