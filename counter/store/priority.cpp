#include "counter/store/priority.hpp"

#include "counter/limits.hpp"

#include <algorithm>
#include <variant>

namespace counter {

namespace {

struct chooser {
  priority operator()(const full_command& command) const noexcept {
    if (command.bound_operations > limits::small_batch_max)
      return priority::bulk;
    return command.is_keyed() || command.condition.if_match ? priority::retry : priority::usual;
  }

  priority operator()(const command_list& commands) const noexcept {
    if (commands.size() > limits::small_batch_max)
      return priority::bulk;
    const bool is_retry =
        std::any_of(commands.begin(), commands.end(),
                    [this](const full_command& each) { return (*this)(each) == priority::retry; });
    return is_retry ? priority::retry : priority::usual;
  }

  priority operator()(const page_request&) const noexcept { return priority::bulk; }
  priority operator()(const backup_request&) const noexcept { return priority::bulk; }
  // The store's own.
  priority operator()(const expiry_sweep_request&) const noexcept { return priority::retry; }
};

}  // namespace

priority priority_of(const request& sent) noexcept {
  return std::visit(chooser{}, sent);
}

priority priority_of(const command_list& commands) noexcept {
  return chooser{}(commands);
}

}  // namespace counter
