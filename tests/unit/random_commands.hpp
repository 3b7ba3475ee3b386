#pragma once

#include "counter/command.hpp"
#include "counter/full_command.hpp"
#include "counter/limits.hpp"
#include "counter/parameters.hpp"
#include "counter/state.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

/// Commands at random, few and alike enough that all of them meet.
namespace model {

/// The same numbers from the same seed, everywhere.
class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}

  /// 0 to `sides` - 1.
  std::size_t roll(std::size_t sides) { return static_cast<std::size_t>(engine_() % sides); }
  bool one_in(std::size_t times) { return roll(times) == 0; }

  template <class T>
  T pick(std::initializer_list<T> from) {
    return *std::next(from.begin(), static_cast<std::ptrdiff_t>(roll(from.size())));
  }

private:
  std::mt19937_64 engine_;
};

/// Names that are each other's beginnings, that are ordered by bytes above 0x7f,
/// and the longest.
inline const std::vector<std::string>& names() {
  static const std::vector<std::string> all = {
      "a", "a/", "a/b", "b", "\xc3\xa9", std::string(counter::limits::name_bytes_max, 'a')};
  return all;
}

inline std::int64_t random_integer(dice& random) {
  if (random.one_in(12))
    return random.pick({INT64_MIN, INT64_MIN + 1, INT64_MIN + 3, INT64_MAX - 3, INT64_MAX - 1,
                        INT64_MAX, -INT64_MAX / 2, INT64_MAX / 2});
  return static_cast<std::int64_t>(random.roll(11)) - 5;
}

/// One of the last that were given out, mostly.
inline counter::version_set random_versions(dice& random, std::uint64_t last_version) {
  counter::version_set versions;
  versions.is_any = random.one_in(3);
  for (auto left = random.roll(4); left > 0; --left)
    versions.listed.push_back(last_version - random.roll(5));
  return versions;
}

inline counter::condition random_condition(dice& random, std::uint64_t last_version) {
  counter::condition condition;
  if (random.one_in(5))
    condition.if_match = random_versions(random, last_version);
  if (random.one_in(7))
    condition.if_none_match = random_versions(random, last_version);
  return condition;
}

/// As a request can have them.
inline counter::parameters random_parameters(dice& random) {
  using counter::operation;
  counter::parameters how;
  how.operation = random.pick({operation::get, operation::set, operation::add, operation::add,
                               operation::add, operation::remove});
  if (how.operation == operation::set || how.operation == operation::add) {
    how.operand = random_integer(random);
    if (random.one_in(3))
      how.ttl = std::chrono::seconds{1 + random.roll(3)};
  }
  if (how.operation != operation::add)
    return how;
  if (random.one_in(3))
    how.initial = random_integer(random);
  how.create = !random.one_in(5);
  if (random.one_in(3))
    how.min = random_integer(random);
  if (random.one_in(3))
    how.max = random_integer(random);
  if (how.min && how.max && *how.min > *how.max)
    std::swap(how.min, how.max);
  how.on_limit = random.pick({counter::on_limit::reject, counter::on_limit::clamp});
  if (how.ttl)
    how.ttl_mode = random.pick({counter::ttl_mode::if_absent, counter::ttl_mode::refresh});
  else if (random.one_in(4))
    how.ttl_mode = counter::ttl_mode::persist;
  return how;
}

/// `last_version` is about the last that was given out.
inline counter::full_command random_command(dice& random, std::uint64_t last_version) {
  counter::full_command command{names()[random.roll(names().size())]};
  command.parameters = random_parameters(random);
  command.condition = random_condition(random, last_version);
  if (random.one_in(3)) {
    command.idempotency_key = random.pick({"k", "l", "kl"});
    command.position = random.pick<std::uint16_t>({0, 1, counter::full_command::single});
  }
  return command;
}

// -- to read what went wrong --------------------------------------------------

template <class T>
std::string text(const char* label, const std::optional<T>& value) {
  return value ? std::string{" "} + label + "=" + std::to_string(*value) : std::string{};
}

inline std::string text(const std::optional<counter::state>& state) {
  if (!state)
    return "null";
  std::string told = std::to_string(state->value) + " v" + std::to_string(state->version);
  if (state->expires_at)
    told += " until " + std::to_string(state->expires_at->time_since_epoch().count());
  return told;
}

inline std::string text(const counter::full_reply& reply) {
  return "outcome " + std::to_string(static_cast<int>(reply.outcome)) +
         (reply.is_replayed ? " replayed: " : ": ") + text(reply.before) + " -> " +
         text(reply.after);
}

inline std::string text(const char* label, const std::optional<counter::version_set>& versions) {
  if (!versions)
    return {};
  auto told = std::string{" "} + label + (versions->is_any ? "=*" : "=");
  for (const auto version : versions->listed)
    told += "," + std::to_string(version);
  return told;
}

inline std::string text(const counter::full_command& command) {
  static constexpr const char* operations[] = {"get", "set", "add", "remove"};
  static constexpr const char* modes[] = {"if_absent", "refresh", "persist"};
  const auto& how = command.parameters;
  std::ostringstream told;
  told << operations[static_cast<std::size_t>(how.operation)] << " \"" << command.name.substr(0, 8)
       << "\" operand=" << how.operand << " initial=" << how.initial << text("min", how.min)
       << text("max", how.max) << (how.on_limit == counter::on_limit::clamp ? " clamp" : "")
       << (how.create ? "" : " no-create");
  if (how.ttl)
    told << " ttl=" << how.ttl->count();
  told << " " << modes[static_cast<std::size_t>(how.ttl_mode)]
       << text("if-match", command.condition.if_match)
       << text("if-none-match", command.condition.if_none_match);
  if (!command.idempotency_key.empty())
    told << " key=" << command.idempotency_key << "@" << command.position;
  return told.str();
}

}  // namespace model
