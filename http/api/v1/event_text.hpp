#pragma once

#include "counter/state.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace http::v1 {

// The text of an event stream (WHATWG HTML standard, section 9.2).

/// Without a charset: there is only one, and a proxy compares the value as a whole.
inline constexpr std::string_view event_stream_type = "text/event-stream";

/// The field of its response by which nginx does not hold it back.
inline constexpr std::string_view event_stream_fields = "X-Accel-Buffering: no\r\n";

/// Returns the event that tells the state of a counter; of one that does not exist, `gone`.
std::string counter_event(std::string_view name, const std::optional<counter::state>& state);

/// Tells a client how long to wait before it comes back.
std::string retry_event(std::chrono::milliseconds pause);

/// Ends the states that a stream of a prefix begins with; `has_more`: there are others that it
/// leaves out.
std::string ready_event(std::string_view prefix, bool has_more);

/// Too much has changed: the stream begins anew, with states and `ready`.
inline constexpr std::string_view reset_event = "event: reset\ndata:\n\n";

/// Shows that the connection lives.
inline constexpr std::string_view ping_event = "event: ping\ndata:\n\n";

/// Sends a client away: there are too many streams.
inline constexpr std::string_view busy_event = "event: busy\ndata:\n\n";

}  // namespace http::v1
