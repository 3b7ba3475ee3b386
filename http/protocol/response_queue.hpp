#pragma once

#include "http/protocol/response.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// Responses in the order of their requests, in whatever order they are
/// completed (RFC 9112 section 9.3.2). Reuses its memory.
class response_queue {
public:
  using slot = std::uint64_t;

  /// Adds a entry for the response to one more request.
  slot open(const framing& framing);

  /// Renders the response; each slot once. It is in the output as soon as all
  /// before it are.
  void complete(slot which, const response& response, std::string_view date);

  /// Makes the newest response the connection's last one. False if it is too
  /// late for that: there is none, or it is rendered.
  bool close_after_newest() noexcept;

  /// Bytes that belong between responses (`100 Continue`); only when empty.
  void append(std::string_view bytes) { output_ += bytes; }

  std::size_t size() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }

  /// Rendered, and not sent: output() and what waits for its
  /// turn.
  std::size_t bytes() const noexcept { return output_.size() - sent_ + waiting_bytes_; }

  /// What can be sent, and that some of it was.
  std::string_view output() const noexcept { return std::string_view{output_}.substr(sent_); }
  void consume(std::size_t bytes) noexcept;

  /// Gives memory back where there is more than `kept_bytes` of it; only when
  /// empty and all output is consumed.
  void shrink(std::size_t kept_bytes);

private:
  struct entry {
    http::framing framing;
    bool is_complete = false;
    std::string bytes;  // rendered before its turn
  };

  entry& entry_at(std::size_t position) noexcept;
  void grow();

  std::vector<entry> ring_;  // its size is a power of two
  std::size_t head_ = 0;     // index of the oldest entry
  std::size_t count_ = 0;    // places in use
  slot oldest_ = 0;          // slot of the oldest entry
  std::string output_;
  std::size_t sent_ = 0;           // of output_
  std::size_t waiting_bytes_ = 0;  // in the ring
};

}  // namespace http
