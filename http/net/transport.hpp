#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace http {

/// A byte stream to a peer, over a descriptor that never blocks: what a session reads
/// from and writes to. tcp_transport is one; what encrypts would be another. Used on its
/// event loop's thread.
class transport {
public:
  enum class status : std::uint8_t {
    done,         ///< it did all that it was asked to: calling again may do more
    wants_read,   ///< nothing more now: call again when the descriptor is readable
    wants_write,  ///< nothing more now: call again when the descriptor is writable
    end,          ///< read(): the peer sends nothing more
    error,        ///< the connection is broken: close it
  };

  /// `bytes` were moved, whatever the status is. Callers conclude nothing from their
  /// number: only the transport knows what a short read or write means.
  struct result {
    std::size_t bytes = 0;
    transport::status status = status::done;
  };

  virtual ~transport() = default;

  /// Reads into `buffer`, which is not empty.
  virtual result read(std::span<char> buffer) noexcept = 0;

  /// Writes from the front of `bytes`; `done` when all are taken. With `is_last` nothing
  /// is written after them, and shutdown_send() or close() follows: the end may then
  /// leave in the same segment.
  virtual result write(std::string_view bytes, bool is_last) noexcept = 0;

  /// Ends this side of the stream: the peer reads the end.
  virtual void shutdown_send() noexcept = 0;

  /// Bytes that were written and that the peer has not acknowledged.
  virtual std::size_t unacknowledged() const noexcept = 0;

  /// At once. Does nothing when closed.
  virtual void close() noexcept = 0;
  virtual bool is_open() const noexcept = 0;

  /// What a ready_set watches; below 0 when closed.
  virtual int descriptor() const noexcept = 0;
};

}  // namespace http
