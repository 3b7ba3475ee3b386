#include "tokens/token_watch.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace tokens {

namespace {

constexpr std::chrono::nanoseconds rest_min = std::chrono::seconds{1};

bool is_same_file(const file_state& left, const file_state& right) {
  return left.device == right.device && left.inode == right.inode;
}

bool was_just_written(const file_state& state) {
  const std::chrono::nanoseconds age = std::chrono::system_clock::now().time_since_epoch() -
                                       std::chrono::nanoseconds{state.modified};
  return age >= age.zero() && age < rest_min;
}

}  // namespace

token_watch::token_watch(std::string path) : path_(std::move(path)) {
  take(read_tokens(path_));
}

token_watch::token_set token_watch::check(bool now) {
  const auto state = state_of(path_);
  if (state == state_ && fault_.empty() && !now)
    return nullptr;
  const bool is_changed_in_place =
      state && state_ && *state != *state_ && is_same_file(*state, *state_);
  is_being_written_ = !now && !is_being_written_ && is_changed_in_place && was_just_written(*state);
  if (is_being_written_)
    return nullptr;
  try {
    auto stored = read_tokens(path_);
    if (std::exchange(fault_, {}).empty() && stored.state == state_)
      return nullptr;
    take(std::move(stored));
    return tokens_;
  } catch (const std::runtime_error& error) {
    state_ = state;
    if (std::exchange(fault_, error.what()) == error.what() && !now)
      return nullptr;
    throw;
  }
}

void token_watch::take(stored_tokens stored) {
  state_ = stored.state;
  previous_ =
      std::exchange(tokens_, std::make_shared<const rights::token_set>(std::move(stored.entries)));
}

}  // namespace tokens
