#pragma once

#include "tests/server/support/client.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace support {

/// An event of a stream: its fields.
struct event {
  std::string type;  ///< empty: that of a value
  std::string id;
  std::string data;
  std::string retry;
};

/// A connection that follows an event stream. Used by one thread at a time. Functions throw as
/// those of client.
class event_client {
public:
  /// Asks for the stream, and reads its header. `retry:` is left to next().
  event_client(std::uint16_t port, std::string_view target, std::string_view more_fields = {});

  /// The header, up to its empty line.
  const std::string& header() const { return header_; }

  /// Returns the next event.
  event next();
  /// Returns the next event that is no `retry:` and no ping.
  event next_change();

  client& connection() { return connection_; }

private:
  client connection_;
  std::string header_;
};

/// Returns the member `value` of an event's data; throws if there is none.
std::int64_t value_of(const event& about);

}  // namespace support
