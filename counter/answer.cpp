#include "counter/answer.hpp"

#include "counter/limits.hpp"

#include <variant>

namespace counter {

namespace {

struct answerer {
  table& counters;
  std::uint64_t hash;
  time_point now;
  table::budget& steps;

  answer operator()(const full_command& command) const {
    return counters.apply(command, hash, now);
  }
  answer operator()(const page_request& request) const {
    return counters.list(request, now, steps);
  }
  answer operator()(const backup_request&) const { return backup{outcome::unreadable}; }
  answer operator()(const upkeep_request&) const {
    return upkeep{outcome::ok, counters.expire(now, limits::shard_steps_max)};
  }
};

}  // namespace

void answer_all(batch& asked, table& counters) {
  const auto now = asked.now();
  // More than a batch can make expire, so that nothing piles up.
  counters.expire(now, 2 * asked.size());
  table::budget steps = limits::shard_steps_max;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (!asked.is_errand(i)) {
      asked.answer(i, counters.apply(asked.command_at(i), asked.hash_at(i), now));
      continue;
    }
    auto& errand = asked.errand_at(i);
    errand.answer = std::visit(answerer{counters, asked.hash_at(i), now, steps}, errand.question);
  }
}

}  // namespace counter
