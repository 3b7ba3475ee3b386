#pragma once

#include "counter/full_command.hpp"
#include "http/api/badge/badge.hpp"
#include "http/api/exchange.hpp"

#include <cstdint>
#include <optional>

namespace http::badge {

enum class format : std::uint8_t { svg, json, gif };

/// Reads a counter, or adds to it, and shows its value as a badge. An addition that repeats an
/// earlier one, and so counts nothing, is followed by a read: the badge shows the value as it is.
/// A failure is shown, too, since a page shows no other body in the place of a picture.
class badge_exchange final : public exchange {
public:
  /// Caches may use a success as `caching` says, and store no failure, in the words of `caching` if
  /// it has any for that.
  badge_exchange(counter::full_command command, badge::look look, badge::format format,
                 http::caching caching);

  std::optional<counter::request> next_request() override;
  void take(counter::call completed) override;
  bool is_done() const noexcept override { return reply_.has_value(); }
  http::response response() override;

private:
  http::response show(std::string_view message, http::status status) const;

  const badge::look look_;
  const badge::format format_;
  const http::caching caching_;
  std::optional<counter::full_command> next_;
  std::optional<counter::full_reply> reply_;
};

}  // namespace http::badge
