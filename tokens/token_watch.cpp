#include "tokens/token_watch.hpp"

#include <chrono>
#include <stdexcept>
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
  read();
}

token_watch::token_set token_watch::check(bool now) {
  const auto state = state_of(path_);
  if (state == state_ && !(now && has_failed_))
    return nullptr;
  if (!now && state && state_ && is_same_file(*state, *state_) && was_just_written(*state))
    return nullptr;
  has_failed_ = true;
  try {
    read();
  } catch (const faulty_token_file&) {
    state_ = state;  // one report is enough
    throw;
  } catch (const std::runtime_error&) {
    if (!state)
      state_ = state;  // it is gone
    throw;             // otherwise the next look tries again
  }
  has_failed_ = false;
  return tokens_;
}

void token_watch::read() {
  auto stored = read_tokens(path_);
  state_ = stored.state;
  previous_ =
      std::exchange(tokens_, std::make_shared<const rights::token_set>(std::move(stored.entries)));
}

}  // namespace tokens
