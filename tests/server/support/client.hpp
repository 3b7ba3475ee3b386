#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

/// One response as it came over the wire.
struct answer {
  int status = 0;
  std::string version;  ///< "HTTP/1.1"
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;

  /// The value of the field, whatever the case of its name; empty when it is
  /// missing. Throws when there are two.
  std::string field(std::string_view name) const;
  bool has(std::string_view name) const;
};

/// The peer reset the connection: bytes on their way may be lost.
struct connection_reset : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Nothing happened for so long that nothing ever will.
struct timed_out : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A TCP connection to the server that sends exactly what it is told to. Blocks,
/// but throws timed_out rather than hang. Used by one thread at a time.
class client {
public:
  /// To 127.0.0.1. `receive_bytes_max`, unless 0, bounds the receive buffer.
  explicit client(std::uint16_t port, int receive_bytes_max = 0);
  /// To `IP:PORT` or `[IP]:PORT`; `source`, unless empty, is our own address, in
  /// the same form.
  explicit client(const std::string& address, int receive_bytes_max = 0,
                  const std::string& source = {});
  ~client();
  client(client&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  client& operator=(client&& other) noexcept;

  /// All of it, in one piece where the kernel lets us.
  void send(std::string_view bytes);
  /// As much of it as there is room for.
  void send_some(std::string_view bytes);
  /// Each byte in a packet of its own.
  void send_bytewise(std::string_view bytes);

  /// Sends nothing more, but receives on.
  void half_close();
  /// As a process that crashed, or a cable that was cut.
  void reset();

  /// The next response; one to HEAD has no body.
  answer read_answer(bool is_head = false);
  /// The answer to a request that is sent first.
  answer ask(std::string_view request);
  /// The bytes of a response that is not HTTP/1.1's final one: `100 Continue`.
  std::string read_bytes(std::size_t count);
  /// Everything up to the orderly end of the connection.
  std::string read_to_end();

  /// Whether there is something to receive, be it the end, within this time.
  bool is_readable(int milliseconds) const;
  /// Whether there is room to send something within this time.
  bool is_writable(int milliseconds) const;

private:
  bool receive();
  bool is_ready(short event, int milliseconds) const;

  int socket_;
  std::string received_;  // and not yet read
};

/// A request without body.
std::string request(std::string_view method, std::string_view target,
                    std::string_view more_fields = {});
std::string get_request(std::string_view target);

/// Asks on a connection of its own, over which nothing else comes.
answer get(std::uint16_t port, std::string_view target);

/// Whether someone accepts connections there.
bool is_listening(std::uint16_t port);

/// The status codes of the responses in `bytes`, which hold nothing else.
std::vector<int> statuses(std::string bytes);

}  // namespace support
