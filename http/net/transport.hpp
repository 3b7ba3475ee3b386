#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace http {

/// A byte stream to a peer over a non-blocking descriptor: socket_transport, or one that encrypts.
/// No function blocks. Used on its event loop's thread.
class transport {
public:
  enum class status : std::uint8_t {
    done,         ///< read(): more bytes may be available; write(): all bytes were taken
    wants_read,   ///< no progress until the descriptor is readable: call again then
    wants_write,  ///< no progress until the descriptor is writable: call again then
    end,          ///< read() only: the peer has ended its side of the stream
    error,        ///< the connection is broken: close it
  };

  /// `bytes` were transferred, whatever the status. The caller must use the status, not the number,
  /// to decide what to do next: a short read or write means something else to each transport.
  struct result {
    std::size_t bytes = 0;
    transport::status status = status::done;
  };

  virtual ~transport() = default;

  /// Reads into `buffer`, which must not be empty.
  virtual result read(std::span<char> buffer) noexcept = 0;

  /// Writes a prefix of `bytes`; returns `done` if it is all of them. With `is_last` the caller
  /// writes nothing after `bytes` and then calls shutdown_send() or close(): the end of the stream
  /// may leave in the same segment.
  virtual result write(std::string_view bytes, bool is_last) noexcept = 0;

  /// Ends this side of the stream. Reading goes on.
  virtual void shutdown_send() noexcept = 0;

  /// Returns the number of bytes that were written and not yet acknowledged by the peer.
  virtual std::size_t unacknowledged() const noexcept = 0;

  /// Closes at once. Does nothing if closed already.
  virtual void close() noexcept = 0;
  virtual bool is_open() const noexcept = 0;

  /// Returns the descriptor to watch in a ready_set; negative when closed.
  virtual int descriptor() const noexcept = 0;
};

}  // namespace http
