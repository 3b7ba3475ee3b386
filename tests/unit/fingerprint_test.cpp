#include "counter/fingerprint.hpp"

#include <doctest/doctest.h>

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

TEST_CASE("fingerprint_of() ignores parameters, conditions, keys and positions") {
  auto commands = batch_of({{"a", operation::add}, {"b", operation::set}});
  const auto fingerprint = counter::fingerprint_of(commands);
  commands[0].parameters.operand = 5;
  commands[0].condition.if_match = counter::version_set{true, {}};
  commands[1].idempotency_key = "k";
  commands[1].position = 1;
  CHECK(counter::fingerprint_of(commands) == fingerprint);
}

TEST_CASE("fingerprint_of() returns what is stored in data directories") {
  CHECK(counter::fingerprint_of(batch_of({{"a", operation::add}, {"b", operation::set}})) ==
        2975481970104417562);
}
