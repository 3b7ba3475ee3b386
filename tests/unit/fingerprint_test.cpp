#include "counter/fingerprint.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

using counter::full_command;
using counter::operation;

namespace {

std::vector<full_command> batch_of(std::vector<std::pair<std::string, operation>> list) {
  std::vector<full_command> commands;
  for (auto& [name, operation] : list)
    commands.push_back({std::move(name), {operation}});
  return commands;
}

}  // namespace

TEST_CASE("fingerprint_of() depends on names, operations, order and number") {
  const auto get = operation::get, set = operation::set, add = operation::add;
  const std::vector<std::vector<full_command>> batches{
      batch_of({{"a", add}}),
      batch_of({{"b", add}}),
      batch_of({{"a", set}}),
      batch_of({{"a", get}}),
      batch_of({{"a", operation::remove}}),
      batch_of({{"a", add}, {"a", add}}),
      batch_of({{"aa", add}}),
      batch_of({{"a", add}, {"b", add}}),
      batch_of({{"b", add}, {"a", add}}),
      batch_of({{"a", add}, {"b", set}}),
      batch_of({{"a", set}, {"b", add}}),
      batch_of({{"ab", add}, {"c", add}}),
      batch_of({{"a", add}, {"bc", add}}),
      batch_of({{"abc", add}}),
  };
  std::set<std::int64_t> different;
  for (const auto& batch : batches)
    different.insert(counter::fingerprint_of(batch));
  CHECK(different.size() == batches.size());
}

TEST_CASE("fingerprint_of() depends on every parameter and condition") {
  const auto with = [](auto change) {
    auto commands = batch_of({{"a", operation::add}, {"b", operation::add}});
    change(commands[0]);
    return counter::fingerprint_of(commands);
  };
  using versions = counter::version_set;
  const std::vector<std::int64_t> fingerprints{
      with([](auto&) {}),
      with([](auto& c) { c.parameters.operand = 1; }),
      with([](auto& c) { c.parameters.operand = -1; }),
      with([](auto& c) { c.parameters.initial = 1; }),
      with([](auto& c) { c.parameters.create = false; }),
      with([](auto& c) { c.parameters.min = 0; }),
      with([](auto& c) { c.parameters.min = 1; }),
      with([](auto& c) { c.parameters.max = 0; }),
      with([](auto& c) { c.parameters.max = 1; }),
      with([](auto& c) { c.parameters.on_limit = counter::on_limit::clamp; }),
      with([](auto& c) { c.parameters.ttl = std::chrono::seconds{1}; }),
      with([](auto& c) { c.parameters.ttl = std::chrono::seconds{256}; }),
      with([](auto& c) { c.parameters.ttl_mode = counter::ttl_mode::refresh; }),
      with([](auto& c) { c.parameters.ttl_mode = counter::ttl_mode::persist; }),
      with([](auto& c) { c.condition.if_match = versions{}; }),
      with([](auto& c) {
        c.condition.if_match = versions{true, {}};
      }),
      with([](auto& c) {
        c.condition.if_match = versions{false, {1}};
      }),
      with([](auto& c) {
        c.condition.if_match = versions{false, {2}};
      }),
      with([](auto& c) {
        c.condition.if_match = versions{false, {1, 2}};
      }),
      with([](auto& c) { c.condition.if_none_match = versions{}; }),
      with([](auto& c) {
        c.condition.if_none_match = versions{true, {}};
      }),
      with([](auto& c) {
        c.condition.if_none_match = versions{false, {1}};
      }),
  };
  CHECK(std::set(fingerprints.begin(), fingerprints.end()).size() == fingerprints.size());
}

TEST_CASE("fingerprint_of() ignores keys, their TTLs and positions") {
  auto commands = batch_of({{"a", operation::add}, {"b", operation::set}});
  const auto fingerprint = counter::fingerprint_of(commands);
  commands[1].idempotency_key = "k";
  commands[1].idempotency_ttl = std::chrono::seconds{1};
  commands[1].position = 1;
  CHECK(counter::fingerprint_of(commands) == fingerprint);
}

TEST_CASE("fingerprint_of() returns what is stored in data directories") {
  auto commands = batch_of({{"a", operation::add}, {"b", operation::set}});
  commands[0].parameters.max = 10;
  commands[1].condition.if_match = counter::version_set{false, {7}};
  CHECK(counter::fingerprint_of(commands) == -6523944908552224106);
}
