#pragma once

#include "counter/limits.hpp"
#include "http/courier.hpp"
#include "http/date.hpp"
#include "http/deadlines.hpp"

#include <array>

namespace http {

/// What the sessions of one event loop share. Used on the loop's thread.
struct loop_services {
  loop_services(asio::io_context& io, const counter::limits& limits, counter::store& store);

  asio::io_context& io;
  const counter::limits& limits;
  http::deadlines deadlines;
  http::courier courier;
  http::date date;
  /// Where a socket is read into; empty again when the handler returns.
  std::array<char, counter::limits::read_bytes_max> read_buffer;
};

}  // namespace http
