#pragma once

#include "counter/call.hpp"
#include "http/protocol/response.hpp"

#include <optional>

namespace http::v1 {

/// A request that is answered once the shards have answered some questions. No
/// I/O: it says what to ask, takes the answers, and says what they come to.
class exchange {
public:
  virtual ~exchange() = default;

  /// What to ask next; nothing while answers are awaited, or when there is no
  /// more to ask.
  virtual std::optional<counter::request> next_request() = 0;

  /// The answer to one of the questions, in whatever order they come.
  virtual void take(counter::call answered) = 0;

  /// Nothing is left to ask, and all is answered.
  virtual bool is_done() const noexcept = 0;

  /// Once, when done.
  virtual http::response response() = 0;

  /// Its answer may be long: nothing else of its connection is begun meanwhile.
  virtual bool is_long() const noexcept { return false; }
};

}  // namespace http::v1
