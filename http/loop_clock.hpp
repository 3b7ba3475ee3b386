#pragma once

#include "http/asio.hpp"
#include "http/date.hpp"

#include <ctime>

namespace http {

/// The time of an event loop: read once a pass, not once a request.
class loop_clock {
public:
  void refresh() noexcept {
    now_ = steady_clock::now();
    date_.refresh(std::time(nullptr));
  }

  steady_clock::time_point now() const noexcept { return now_; }
  const http::date& date() const noexcept { return date_; }

private:
  steady_clock::time_point now_ = steady_clock::now();
  http::date date_;
};

}  // namespace http
