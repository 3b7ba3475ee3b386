#include "counter/shard/idempotency_record.hpp"

namespace counter {

std::string idempotency_id_of(const full_command& command) {
  // Names and keys contain no control characters, so 0 separates them.
  std::string id;
  id.reserve(command.name.size() + command.idempotency_key.size() + 4);
  id += command.name;
  id += '\0';
  id += command.idempotency_key;
  id += '\0';
  id += static_cast<char>(command.position >> 8);
  id += static_cast<char>(command.position & 0xff);
  return id;
}

std::string_view name_of_idempotency_id(std::string_view id) noexcept {
  return id.substr(0, id.find('\0'));
}

}  // namespace counter
