#pragma once

#include "http/api/badge/badge.hpp"
#include "http/protocol/response.hpp"
#include "http/protocol/target.hpp"

#include <string_view>
#include <variant>

namespace http::badge {

/// Reads what a badge looks like from a query: `label` (at most limits::badge_label_bytes_max),
/// `color` (a name, `abc` or `aabbcc`), `style` (`flat` or `flat-square`), `number` (`exact` or
/// `short`). Without a label it has `name`, cut to that length. Ignores other parameters, by which
/// people make an address new to a cache. Returns a response with status 400 and one line if a
/// parameter is repeated or has another value.
std::variant<look, response> read_look(target& target, std::string_view name);

}  // namespace http::badge
