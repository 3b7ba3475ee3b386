#include "counter/shard/idempotency_record.hpp"

#include "counter/limits.hpp"

namespace counter {

namespace {

constexpr std::chrono::milliseconds grace{limits::idempotency_grace};

}  // namespace

bool is_reply_to(const full_command& command, const idempotency_record& record,
                 time_point now) noexcept {
  const bool is_of_batch = command.forget_at || command.if_unknown != outcome::ok;
  if (!is_of_batch || (command.forget_at && record.forget_at == *command.forget_at + grace))
    return true;
  // The binding of the record is another one, and over; or a program that did not bind keys has
  // stored it. Such a record is forgotten `grace` too early for a batch whose key is bound since.
  return now < record.forget_at - grace;
}

time_point forget_at_of(const full_command& command, time_point now,
                        std::chrono::milliseconds ttl) noexcept {
  if (command.forget_at)
    return *command.forget_at + grace;
  return now + (command.idempotency_ttl ? *command.idempotency_ttl : ttl);
}

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
