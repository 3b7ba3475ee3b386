#include "http/protocol/response_queue.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace http {

namespace {

constexpr std::size_t entry_bytes_max = 1024;

}  // namespace

response_queue::slot_type response_queue::open(const framing& framing) {
  if (count_ == ring_.size())
    grow();
  auto& added = entry_at(count_++);
  added.framing = framing;
  added.is_begun = added.is_complete = false;
  return oldest_ + count_ - 1;
}

void response_queue::complete(slot_type slot, const response& response, std::string_view date) {
  auto& entry = entry_of(slot);
  assert(!entry.is_begun);
  entry.is_begun = entry.is_complete = true;
  render_into(slot, [&](std::string& output) { render(output, response, entry.framing, date); });
  if (slot == oldest_)
    remove_complete();
}

bool response_queue::begin(slot_type slot, const response& head, std::string_view date) {
  auto& entry = entry_of(slot);
  assert(!entry.is_begun);
  entry.is_begun = true;
  frame_stream(entry.framing);
  render_into(slot, [&](std::string& output) { render_head(output, head, entry.framing, date); });
  return entry.framing.keep_alive;
}

void response_queue::append(slot_type slot, std::string_view bytes) {
  const auto& entry = entry_of(slot);
  assert(entry.is_begun && !entry.is_complete);
  render_into(slot, [&](std::string& output) { render_piece(output, bytes, entry.framing); });
}

void response_queue::end(slot_type slot) {
  auto& entry = entry_of(slot);
  assert(entry.is_begun && !entry.is_complete);
  entry.is_complete = true;
  render_into(slot, [&](std::string& output) { render_end(output, entry.framing); });
  if (slot == oldest_)
    remove_complete();
}

/// Renders the oldest response into the output, any other into its entry.
template <class Render>
void response_queue::render_into(slot_type slot, Render render) {
  if (slot == oldest_)
    return render(output_);
  auto& bytes = entry_of(slot).bytes;
  const auto before = bytes.size();
  render(bytes);
  waiting_bytes_ += bytes.size() - before;
}

/// Removes the oldest response, which is complete, and those behind it that are complete.
void response_queue::remove_complete() {
  do {
    head_ = (head_ + 1) & (ring_.size() - 1);
    ++oldest_;
    --count_;
    if (count_ == 0)
      break;
    if (!entry_at(0).is_begun)
      break;
    auto& next = entry_at(0).bytes;
    output_ += next;
    waiting_bytes_ -= next.size();
    // Keep the memory of a usual response, free that of a larger one.
    if (next.capacity() > entry_bytes_max)
      std::string{}.swap(next);
    else
      next.clear();
  } while (entry_at(0).is_complete);
}

bool response_queue::close_after_newest() noexcept {
  if (count_ == 0 || entry_at(count_ - 1).is_begun)
    return false;
  entry_at(count_ - 1).framing.keep_alive = false;
  return true;
}

void response_queue::consume(std::size_t bytes) noexcept {
  sent_ += bytes;
  assert(sent_ <= output_.size());
  // Reclaim before all is sent: with some peers the output is never empty. Moving no more bytes
  // than were sent keeps the cost linear.
  if (sent_ < output_.size() - sent_)
    return;
  output_.erase(0, sent_);
  sent_ = 0;
}

void response_queue::shrink(std::size_t bytes_max) {
  assert(output().empty());
  // swap() frees the memory; assigning `{}` or clear() would not.
  // A last response that goes on for long must not keep what those before it have used.
  const auto needed = empty() ? 0 : std::bit_ceil(count_);
  if (needed < ring_.size() && ring_.size() * sizeof(queued_response) > bytes_max) {
    std::vector<queued_response> smaller(needed);
    for (std::size_t i = 0; i < count_; ++i)
      smaller[i] = std::move(entry_at(i));
    ring_.swap(smaller);
    head_ = 0;
  }
  if (output_.capacity() > bytes_max)
    std::string{}.swap(output_);
}

response_queue::queued_response& response_queue::entry_at(std::size_t position) noexcept {
  return ring_[(head_ + position) & (ring_.size() - 1)];
}

response_queue::queued_response& response_queue::entry_of(slot_type slot) noexcept {
  assert(slot >= oldest_ && slot - oldest_ < count_);
  return entry_at(slot - oldest_);
}

void response_queue::grow() {
  std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(head_), ring_.end());
  head_ = 0;
  ring_.resize(std::max<std::size_t>(1, ring_.size() * 2));
}

}  // namespace http
