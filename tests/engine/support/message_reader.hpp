#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace support {

/// A message of PostgreSQL's protocol.
struct message {
  char type;          ///< '^' of the one that opens a session, which has none
  std::string bytes;  ///< all of it
};

/// Finds the messages in what one side of a session sends (PostgreSQL documentation, section
/// 55.7): a type of one byte, and a length that counts itself but not the type.
class message_reader {
public:
  /// A client's first message has no type.
  explicit message_reader(bool is_of_client) : is_first_typeless_(is_of_client) {}

  void add(std::string_view bytes) { bytes_ += bytes; }

  /// Returns the next message that has arrived as a whole.
  std::optional<message> next();

private:
  bool is_first_typeless_;
  std::string bytes_;
};

}  // namespace support
