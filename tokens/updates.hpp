#pragma once

#include "tokens/token_watch.hpp"

#include <functional>
#include <mutex>

namespace tokens {

/// Publishes the tokens of a file whenever it changes, with a line in the log. Thread-safe.
class updates {
public:
  using publisher = std::function<void(const token_watch::token_set&)>;

  /// From now on check() looks at the file. Borrows `watch`. Call it at most once.
  void begin(token_watch& watch, publisher publish);

  /// Looks at the file; `now` is that of token_watch::check(). If it is faulty, the tokens that
  /// were published before stay. Does nothing before begin(). A stderr that nobody reads does not
  /// delay it.
  void check(bool now);

private:
  std::mutex mutex_;
  token_watch* watch_ = nullptr;
  publisher publish_;
};

}  // namespace tokens
