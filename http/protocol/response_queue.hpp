#pragma once

#include "http/protocol/response.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// Puts responses into the order of their requests, in whatever order they are completed
/// (RFC 9112 section 9.3.2). Reuses its memory: a connection in steady state allocates
/// nothing.
class response_queue {
public:
  using slot = std::uint64_t;

  /// Adds an entry for the response to one more request. Slots count up by one.
  slot open(const framing& framing);

  /// Renders the whole response; once for each slot. It is in output() as soon as all
  /// responses before it are.
  void complete(slot slot, const response& response, std::string_view date);

  // A response whose length is not known when it begins, in place of complete():
  // begin(), any number of append(), end(). What is appended is in output() as soon as
  // all responses before it are; bytes() tells the caller how much waits.

  /// Returns whether the connection can be kept after it, see frame_stream().
  bool begin(slot slot, const response& head, std::string_view date);
  void append(slot slot, std::string_view bytes);
  void end(slot slot);

  /// Makes the newest response the connection's last one. Returns false if it is too
  /// late for that: there is none, or its header is rendered.
  bool close_after_newest() noexcept;

  /// Appends bytes that belong between responses (`100 Continue`). Call it only when
  /// empty().
  void append_between(std::string_view bytes) { output_ += bytes; }

  std::size_t size() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }

  /// Rendered and not sent: output() and what waits for its turn.
  std::size_t bytes() const noexcept { return output_.size() - sent_ + waiting_bytes_; }

  /// What can be sent now. Valid until the next call that is not const.
  std::string_view output() const noexcept { return std::string_view{output_}.substr(sent_); }

  /// The first `bytes` of output() were sent.
  void consume(std::size_t bytes) noexcept;

  /// Frees each buffer that is larger than `kept_bytes`. Call it only when empty() and
  /// all output is consumed.
  void shrink(std::size_t kept_bytes);

private:
  struct entry {
    http::framing framing;
    bool is_begun = false;  // its header is rendered
    bool is_complete = false;
    std::string bytes;  // rendered before its turn
  };

  entry& entry_at(std::size_t position) noexcept;
  entry& entry_of(slot slot) noexcept;
  template <class Render>
  void render_into(slot slot, Render render);
  void finish(slot slot);
  void grow();

  std::vector<entry> ring_;  // its size is a power of two
  std::size_t head_ = 0;     // index of the oldest entry
  std::size_t count_ = 0;    // entries in use
  slot oldest_ = 0;          // its slot
  std::string output_;
  std::size_t sent_ = 0;           // of output_
  std::size_t waiting_bytes_ = 0;  // in the ring
};

}  // namespace http
