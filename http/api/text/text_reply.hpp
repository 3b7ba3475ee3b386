#pragma once

#include "counter/command.hpp"
#include "counter/limits.hpp"
#include "http/protocol/response.hpp"

#include <chrono>

namespace http {

/// Renders the store's reply to a command as a response of the text endpoints: `ok`, `x: 5`,
/// `x not found`, ... Allocates nothing.
class text_reply {
public:
  text_reply(const counter::command& command, const counter::reply& reply) noexcept;

  text_reply(const text_reply&) = delete;
  text_reply& operator=(const text_reply&) = delete;

  /// See response::try_again_after().
  void try_again_after(std::chrono::seconds time) noexcept { response_.try_again_after(time); }

  /// The response borrows from this object.
  const http::response& response() const noexcept { return response_; }

private:
  // The longest line is a name followed by a number or a few words.
  char line_[counter::limits::name_bytes_max + 64];
  http::response response_;
};

}  // namespace http
