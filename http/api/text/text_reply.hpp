#pragma once

#include "counter/command.hpp"
#include "counter/limits.hpp"
#include "http/protocol/response.hpp"

#include <array>

namespace http {

/// Reply -> response of the text endpoints: `ok`, `x: 5`, `x not found`, ...
class text_reply {
public:
  text_reply(const counter::command& command, const counter::reply& reply) noexcept;

  text_reply(const text_reply&) = delete;
  text_reply& operator=(const text_reply&) = delete;

  /// Borrows from this object.
  const http::response& response() const noexcept { return response_; }

private:
  // A name, a sentence or a number, and what is between and after them.
  std::array<char, counter::limits::name_bytes_max + 64> line_;
  http::response response_;
};

}  // namespace http
