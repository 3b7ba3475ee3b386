#pragma once

#include "counter/full_command.hpp"
#include "counter/parameters.hpp"
#include "counter/time.hpp"

#include <string>
#include <string_view>

namespace counter {

/// A command with an idempotency key that was carried out: what it asked for,
/// what it was answered, and when it is forgotten.
struct idempotency_record {
  counter::parameters parameters;
  full_reply reply;
  time_point forget_at{};

  bool operator==(const idempotency_record&) const = default;
};

/// What a command with an idempotency key is remembered under: its name, key and
/// position. No two are alike.
std::string idempotency_id_of(const full_command& command);

/// The name that an id begins with.
std::string_view name_of_idempotency_id(std::string_view id) noexcept;

}  // namespace counter
