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

/// Random commands, so few and similar that they meet each other.
namespace model {

/// Random numbers that depend only on the seed.
class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}

  /// Returns 0 to `sides` - 1.
  std::size_t roll(std::size_t sides) { return static_cast<std::size_t>(engine_() % sides); }
  bool one_in(std::size_t times) { return roll(times) == 0; }

  template <class T>
  T pick(std::initializer_list<T> values) {
    return *std::next(values.begin(), static_cast<std::ptrdiff_t>(roll(values.size())));
  }

private:
  std::mt19937_64 engine_;
};

/// Names that are prefixes of each other, one with bytes above 0x7f, and the longest one.
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

/// Returns a set that mostly has some of the versions given out last.
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

/// Returns parameters that a request can have.
inline counter::parameters random_parameters(dice& random) {
  using counter::operation;
  counter::parameters parameters;
  parameters.operation = random.pick({operation::get, operation::set, operation::add,
                                      operation::add, operation::add, operation::remove});
  if (parameters.operation == operation::set || parameters.operation == operation::add) {
    parameters.operand = random_integer(random);
    if (random.one_in(3))
      parameters.ttl = std::chrono::seconds{1 + random.roll(3)};
  }
  if (parameters.operation != operation::add)
    return parameters;
  if (random.one_in(3))
    parameters.initial = random_integer(random);
  parameters.create = !random.one_in(5);
  if (random.one_in(3))
    parameters.min = random_integer(random);
  if (random.one_in(3))
    parameters.max = random_integer(random);
  if (parameters.min && parameters.max && *parameters.min > *parameters.max)
    std::swap(parameters.min, parameters.max);
  parameters.on_limit = random.pick({counter::on_limit::reject, counter::on_limit::clamp});
  if (parameters.ttl)
    parameters.ttl_mode = random.pick({counter::ttl_mode::if_absent, counter::ttl_mode::refresh});
  else if (random.one_in(4))
    parameters.ttl_mode = counter::ttl_mode::persist;
  return parameters;
}

/// `last_version` is near the last version given out.
inline counter::full_command random_command(dice& random, std::uint64_t last_version) {
  counter::full_command command{names()[random.roll(names().size())]};
  command.parameters = random_parameters(random);
  command.condition = random_condition(random, last_version);
  if (random.one_in(3)) {
    command.idempotency_key = random.pick({"k", "l", "kl"});
    command.position = random.pick<std::uint16_t>({0, 1, counter::full_command::single});
    // Lifetimes up to three seconds, as the tables have them by default, do not share a class with
    // these unless they are equal: a record takes room exactly until its time is over.
    if (random.one_in(3))
      command.idempotency_ttl = std::chrono::seconds{random.pick({1, 5})};
  }
  return command;
}

/// Makes a command an operation of a batch, whose binding may be long over at `now`.
inline void bind(dice& random, counter::full_command& command, counter::time_point now) {
  command.position = random.pick<std::uint16_t>({0, 1});
  command.forget_at = std::chrono::floor<std::chrono::seconds>(now) +
                      std::chrono::seconds{random.pick({-10, -5, -1, 0, 1, 3})};
}

// -- for messages -------------------------------------------------------------

template <class T>
std::string text(const char* label, const std::optional<T>& value) {
  return value ? std::string{" "} + label + "=" + std::to_string(*value) : std::string{};
}

inline std::string text(const std::optional<counter::state>& state) {
  if (!state)
    return "null";
  std::string output = std::to_string(state->value) + " v" + std::to_string(state->version);
  if (state->expires_at)
    output += " until " + std::to_string(state->expires_at->time_since_epoch().count());
  return output;
}

inline std::string text(const counter::full_reply& reply) {
  return "outcome " + std::to_string(static_cast<int>(reply.outcome)) +
         (reply.is_replayed ? " replayed: " : ": ") + text(reply.before) + " -> " +
         text(reply.after);
}

inline std::string text(const char* label, const std::optional<counter::version_set>& versions) {
  if (!versions)
    return {};
  auto output = std::string{" "} + label + (versions->is_any ? "=*" : "=");
  for (const auto version : versions->listed)
    output += "," + std::to_string(version);
  return output;
}

inline std::string text(const counter::full_command& command) {
  static constexpr const char* operations[] = {"get", "set", "add", "remove"};
  static constexpr const char* modes[] = {"if_absent", "refresh", "persist"};
  const auto& parameters = command.parameters;
  std::ostringstream output;
  output << operations[static_cast<std::size_t>(parameters.operation)] << " \""
         << command.name.substr(0, 8) << "\" operand=" << parameters.operand
         << " initial=" << parameters.initial << text("min", parameters.min)
         << text("max", parameters.max)
         << (parameters.on_limit == counter::on_limit::clamp ? " clamp" : "")
         << (parameters.create ? "" : " no-create");
  if (parameters.ttl)
    output << " ttl=" << parameters.ttl->count();
  output << " " << modes[static_cast<std::size_t>(parameters.ttl_mode)]
         << text("if-match", command.condition.if_match)
         << text("if-none-match", command.condition.if_none_match);
  if (!command.idempotency_key.empty())
    output << " key=" << command.idempotency_key << "@" << command.position;
  if (command.idempotency_ttl)
    output << " key-ttl=" << command.idempotency_ttl->count();
  if (command.forget_at)
    output << " bound-until=" << command.forget_at->time_since_epoch().count();
  return output.str();
}

}  // namespace model
