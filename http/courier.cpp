#include "http/courier.hpp"

#include <cassert>
#include <utility>

namespace http {

namespace {

/// Enough for every shard of a usual server to have one under way.
constexpr std::size_t spare_batches_max = 64;

}  // namespace

courier::courier(task_queue& tasks, counter::store& store, loop_clock& clock)
    : tasks_(tasks),
      placement_(store.placement()),
      inlet_(store.connect(*this)),
      clock_(clock),
      pass_(store.traits().places) {}

void courier::send(const counter::command& command, response_queue::slot slot, recipient& from) {
  assert(is_in_pass_);
  const auto place = placement_.of(command.name);
  auto& batch = batch_for(place.shard);
  batch.add(command, place.hash);
  address(batch, slot, from);
}

void courier::send(counter::question question, response_queue::slot slot, recipient& from) {
  assert(is_in_pass_);
  using place = counter::placement::place;
  struct {
    const counter::placement& placement;
    place operator()(const counter::full_command& one) const { return placement.of(one.name); }
    place operator()(const counter::page_request& one) const { return {one.place, 0}; }
    place operator()(const counter::upkeep_request& one) const { return {one.shard, 0}; }
    place operator()(const counter::backup_request& one) const { return {one.place, 0}; }
  } const place_of{placement_};
  const auto where = std::visit(place_of, question);
  auto& batch = batch_for(where.shard);
  batch.add(std::move(question), where.hash);
  address(batch, slot, from);
}

void courier::address(addressed_batch& batch, response_queue::slot slot, recipient& from) {
  batch.addresses.push_back({&from, slot});
  has_pending_ = true;
  ++operations_;
  if (batch.size() >= counter::limits::batch_operations_max)
    submit();
}

void courier::post(std::function<void()> task) {
  tasks_.post(std::move(task));
}

void courier::take_home(std::unique_ptr<counter::batch> answered) noexcept {
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

courier::addressed_batch& courier::batch_for(unsigned shard) {
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

void courier::begin_pass() {
  assert(!is_in_pass_);
  is_in_pass_ = true;
  operations_ = 0;
  inbox_.open();
  clock_.refresh();
}

void courier::end_pass() {
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
void courier::post_pass() {
  if (std::exchange(is_pass_posted_, true))
    return;
  tasks_.post([this] {
    is_pass_posted_ = false;
    const pass next{*this};
  });
}

void courier::submit() {
  if (std::exchange(has_pending_, false))
    inlet_.submit(pass_);
}

void courier::deliver() {
  delivering_.swap(answered_);
  for (auto& batch : delivering_) {
    deliver(static_cast<addressed_batch&>(*batch));
    if (spare_.size() < spare_batches_max)
      spare_.push_back(std::move(batch));
  }
  delivering_.clear();
  for (auto& recipient : touched_) {
    recipient->got_reply_ = false;
    recipient->take_end_of_pass();
  }
  touched_.clear();
}

void courier::deliver(addressed_batch& answered) {
  for (std::size_t i = 0; i < answered.size(); ++i) {
    auto& address = answered.addresses[i];
    if (answered.is_errand(i))
      address.to->take_answer(address.slot, std::move(answered.errand_at(i)));
    else
      address.to->take_reply(address.slot, answered.command_at(i), answered.reply_at(i));
    if (!std::exchange(address.to->got_reply_, true))
      touched_.push_back(std::move(address.to));
  }
  answered.addresses.clear();
  answered.clear();
}

}  // namespace http
