#pragma once

#include "http/protocol/response.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// Renders the responses of one connection, which may be completed in any order, and outputs them
/// in the order of their requests (RFC 9112 section 9.3.2). Reuses its memory: a connection in
/// steady state allocates nothing.
class response_queue {
public:
  using slot_type = std::uint64_t;

  /// Returns the slot for the response to the next request. Slots count up by one, from 0.
  slot_type open(const framing& framing);

  /// Adds fields, see framing::fields. Borrows `fields` until the response is complete. Call it
  /// before complete() and begin().
  void add_fields(slot_type slot, const std::string& fields) {
    entry_of(slot).framing.fields = &fields;
  }

  /// Renders the complete response; once for each slot. It becomes part of output() when all
  /// earlier responses are complete.
  void complete(slot_type slot, const response& response, std::string_view date);

  // These replace complete() for a response of unknown length: begin(), append() any number of
  // times, end(). The bytes become part of output() when all earlier responses are complete.

  /// Returns false if the connection ends with this response, see frame_stream().
  bool begin(slot_type slot, const response& head, std::string_view date);
  void append(slot_type slot, std::string_view bytes);
  void end(slot_type slot);

  /// Makes the newest pending response the last of the connection. Returns false if there is none
  /// or its header is rendered already.
  bool close_after_newest() noexcept;

  /// Appends bytes that are no final response (`100 Continue`) to output(). Call it only when
  /// empty().
  void append_between(std::string_view bytes) { output_ += bytes; }

  /// Returns the slot that open() returned last, whether or not it is complete.
  slot_type newest() const noexcept { return oldest_ + count_ - 1; }

  /// Returns the oldest slot that is open and not complete; newest() + 1 if all are complete.
  slot_type oldest() const noexcept { return oldest_; }

  /// Returns the number of pending responses: open, and not all in output().
  std::size_t size() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }

  /// Returns the number of rendered bytes not sent yet: output(), and responses that wait for an
  /// earlier one.
  std::size_t bytes() const noexcept { return output_.size() - sent_ + waiting_bytes_; }

  /// Returns the bytes to send. Valid until the next call that is not const.
  std::string_view output() const noexcept { return std::string_view{output_}.substr(sent_); }

  /// Removes the first `bytes` of output(), which were sent.
  void consume(std::size_t bytes) noexcept;

  /// Frees each buffer that is larger than `bytes_max` and not in use. Call it only when output()
  /// is empty.
  void shrink(std::size_t bytes_max);

private:
  struct queued_response {
    http::framing framing;
    bool is_begun = false;  // the header is rendered
    bool is_complete = false;
    std::string bytes;  // rendered while an earlier response is incomplete
  };

  queued_response& entry_at(std::size_t position) noexcept;
  queued_response& entry_of(slot_type slot) noexcept;
  template <class Render>
  void render_into(slot_type slot, Render render);
  void remove_complete();
  void grow();

  std::vector<queued_response> ring_;  // its size is a power of two
  std::size_t head_ = 0;               // index of the oldest entry
  std::size_t count_ = 0;              // entries in use
  slot_type oldest_ = 0;               // slot of the oldest entry
  std::string output_;
  std::size_t sent_ = 0;           // bytes of output_
  std::size_t waiting_bytes_ = 0;  // bytes in all entries
};

}  // namespace http
