#include "http/server/store_client.hpp"

#include <cassert>
#include <utility>

namespace http {

namespace {

/// Enough for every shard of a usual server to have one under way.
constexpr std::size_t spare_batches_max = 64;

}  // namespace

store_client::store_client(task_queue& tasks, counter::store& store, loop_clock& clock)
    : tasks_(tasks),
      placement_(store.placement()),
      submitter_(store.connect(*this)),
      clock_(clock),
      pass_(store.traits().mailboxes) {}

void store_client::send(const counter::command& command, response_queue::slot slot,
                        reply_handler& from) {
  assert(is_in_pass_);
  const auto location = placement_.of(command.name);
  auto& batch = batch_for(location.shard);
  batch.add(command, location.hash);
  address(batch, slot, from);
}

void store_client::send(counter::request request, response_queue::slot slot, reply_handler& from) {
  assert(is_in_pass_);
  using location = counter::placement::location;
  struct {
    const counter::placement& placement;
    location operator()(const counter::full_command& one) const { return placement.of(one.name); }
    location operator()(const counter::page_request& one) const { return {one.mailbox, 0}; }
    location operator()(const counter::expiry_sweep_request& one) const { return {one.shard, 0}; }
    location operator()(const counter::backup_request& one) const { return {one.mailbox, 0}; }
  } const location_of{placement_};
  const auto where = std::visit(location_of, request);
  auto& batch = batch_for(where.shard);
  batch.add(std::move(request), where.hash);
  address(batch, slot, from);
}

void store_client::address(addressed_batch& batch, response_queue::slot slot, reply_handler& from) {
  batch.addresses.push_back({&from, slot});
  has_pending_ = true;
  ++operations_;
  if (batch.size() >= counter::limits::batch_operations_max)
    submit();
}

void store_client::post(std::function<void()> task) {
  tasks_.post(std::move(task));
}

void store_client::complete(std::unique_ptr<counter::batch> answered) noexcept {
  if (tasks_.is_here()) {
    // Put aside: a shard is still running above us, and its next caller should
    // not wait while we write to sockets.
    answered_.push_back(std::move(answered));
    if (!is_in_pass_)
      post_pass();
  } else if (inbox_.put(std::move(answered))) {
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
  inbox_.empty_and_close(answered_);
  deliver();
  is_in_pass_ = false;
  // Replies made room for requests that had waited: the loop looks around
  // before it goes on with them.
  if (has_pending_ || !answered_.empty())
    post_pass();
}

/// One waits to run at any time, or they would become more with each pass that
/// others begin, and keep the loop from looking around.
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
  delivering_.swap(answered_);
  for (auto& batch : delivering_) {
    deliver(static_cast<addressed_batch&>(*batch));
    if (spare_.size() < spare_batches_max)
      spare_.push_back(std::move(batch));
  }
  delivering_.clear();
  for (auto& reply_handler : touched_) {
    reply_handler->got_reply_ = false;
    reply_handler->on_pass_end();
  }
  touched_.clear();
}

void store_client::deliver(addressed_batch& answered) {
  for (std::size_t i = 0; i < answered.size(); ++i) {
    auto& address = answered.addresses[i];
    if (answered.is_call(i))
      address.to->on_response(address.slot, std::move(answered.call_at(i)));
    else
      address.to->on_reply(address.slot, answered.command_at(i), answered.reply_at(i));
    if (!std::exchange(address.to->got_reply_, true))
      touched_.push_back(std::move(address.to));
  }
  answered.addresses.clear();
  answered.clear();
}

}  // namespace http
