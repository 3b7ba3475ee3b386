#pragma once

#include "counter/full_command.hpp"
#include "http/api/badge/badge.hpp"
#include "http/api/exchange.hpp"
#include "http/api/v1/code.hpp"

#include <cstdint>
#include <optional>

namespace http::badge {

enum class format : std::uint8_t { svg, json, gif };

/// How a badge is shown, and what caches may do with a success.
struct style {
  badge::look look;
  badge::format format;
  http::caching caching;
};

/// Returns a badge that says why there is no value, with the status of the failure. No cache may
/// store it.
http::response show_failure(const style& style, v1::code failure);

/// Reads a counter, or adds to it, and shows its value as a badge. An addition that repeats an
/// earlier one, and so counts nothing, is followed by a read: the badge shows the value as it is.
/// A failure is shown, too, since a page shows no other body in the place of a picture.
class badge_exchange final : public exchange {
public:
  badge_exchange(counter::full_command command, badge::style style);

  std::optional<counter::request> next_request() override;
  void take(counter::call completed) override;
  bool is_done() const noexcept override { return reply_.has_value(); }
  http::response response() override;

private:
  const badge::style style_;
  std::optional<counter::full_command> next_;
  std::optional<counter::full_reply> reply_;
};

}  // namespace http::badge
