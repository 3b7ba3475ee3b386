#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// A response as received.
struct answer {
  int status = 0;
  std::string version;  ///< "HTTP/1.1"
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;

  /// Returns the value of the field, ignoring the case of its name; empty if it is
  /// missing. Throws if it is repeated.
  std::string field(std::string_view name) const;
  bool has(std::string_view name) const;
};

/// The peer reset the connection: bytes in flight may be lost.
struct connection_reset : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Nothing happened within the time limit.
struct timed_out : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A connection to the server that sends exactly the given bytes. Blocks,
/// but throws timed_out rather than hang. Used by one thread at a time.
class client {
public:
  /// Connects to 127.0.0.1. `receive_bytes_max`, unless 0, limits the receive buffer.
  explicit client(std::uint16_t port, int receive_bytes_max = 0);
  /// Connects to `IP:PORT`, `[IP]:PORT` or `unix:PATH`. `source`, unless empty, is the local
  /// address, in the same form.
  explicit client(const std::string& address, int receive_bytes_max = 0,
                  const std::string& source = {});
  ~client();
  client(client&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  client& operator=(client&& other) noexcept;

  /// Sends all bytes, with one call if the kernel takes them.
  void send(std::string_view bytes);
  /// Sends as many bytes as the socket takes now.
  void send_some(std::string_view bytes);
  /// Sends each byte in its own packet.
  void send_bytewise(std::string_view bytes);

  /// Ends the sending side; receiving goes on.
  void half_close();
  /// Closes with a reset, as the kernel does for a crashed process.
  void reset();

  /// Returns the next response; a response to HEAD has no body.
  answer read_answer(bool is_head = false);
  /// Sends a request and returns its response.
  answer ask(std::string_view request);
  /// Returns the bytes of an interim response: `100 Continue`.
  std::string read_bytes(std::size_t count);
  /// Returns the bytes through the next `end`.
  std::string read_through(std::string_view end);
  /// Returns all bytes up to the orderly end of the connection.
  std::string read_to_end();

  /// Returns true if bytes, or the end, arrive within this time.
  bool is_readable(int milliseconds) const;
  /// Returns true if the socket is writable within this time.
  bool is_writable(int milliseconds) const;

private:
  bool receive();
  bool is_ready(short event, int milliseconds) const;

  int socket_;
  std::string received_;  // received but not read yet
};

/// Returns a request without a body.
std::string request(std::string_view method, std::string_view target,
                    std::string_view more_fields = {});
std::string get_request(std::string_view target);

/// Sends one request on a new connection and returns the response.
answer get(std::uint16_t port, std::string_view target);

/// Repeats that until the status is `status`, for up to 30 s. Returns the last response.
answer get_until(std::uint16_t port, std::string_view target, int status);

/// Returns true if a server accepts connections there.
bool is_listening(std::uint16_t port);

/// Returns the status codes of the responses in `bytes`.
std::vector<int> statuses(std::string bytes);

}  // namespace support
