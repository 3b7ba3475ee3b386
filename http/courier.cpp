#include "http/courier.hpp"

#include "counter/placement.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace http {

namespace {

/// Enough for every shard of a usual server to have one under way.
constexpr std::size_t spare_batches_max = 64;

}  // namespace

courier::courier(asio::io_context& io, counter::store& store)
    : io_(io),
      store_(store),
      inlet_(store.connect(*this)),
      pass_(store.shards()) {}

void courier::send(const counter::command& command, response_queue::slot slot, recipient& from) {
  auto& batch = batch_for(counter::shard_of(command.name, store_.shards()));
  batch.add(command);
  batch.addresses.push_back({&from, slot});
  if (batch.size() >= counter::limits::batch_operations_max)
    submit();
  if (std::exchange(pass_ends_, true))
    return;
  // Runs after the handlers that are ready now: they are the pass.
  asio::post(io_, [this] { end_pass(); });
}

void courier::post(std::function<void()> task) {
  asio::post(io_, std::move(task));
}

void courier::take_home(std::unique_ptr<counter::batch> answered) noexcept {
  if (!io_.get_executor().running_in_this_thread())
    return asio::post(io_, [this, answered = std::move(answered)]() mutable {
      answered_.push_back(std::move(answered));
      deliver();
    });
  answered_.push_back(std::move(answered));
  // A shard is still running above us; its next caller should not wait while
  // we write to sockets.
  if (!is_submitting_)
    asio::post(io_, [this] { deliver(); });
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
  }
  return static_cast<addressed_batch&>(*batch);
}

void courier::end_pass() {
  pass_ends_ = false;
  submit();
  deliver();
}

void courier::submit() {
  is_submitting_ = true;
  inlet_.submit(pass_);
  is_submitting_ = false;
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
    address.to->take_reply(address.slot, answered.command_at(i), answered.reply_at(i));
    if (!std::exchange(address.to->got_reply_, true))
      touched_.push_back(std::move(address.to));
  }
  answered.addresses.clear();
  answered.clear();
}

}  // namespace http
