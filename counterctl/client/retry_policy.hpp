#pragma once

#include <chrono>
#include <string_view>

namespace counterctl {

// What a client may send again: docs/API.md, "Retries". Pure.

/// What a response says of its request.
enum class verdict {
  settled,          ///< it was carried out, or refused for good
  nothing_changed,  ///< it may succeed later
  in_doubt,         ///< it may have been carried out, or may succeed later
};

/// What earlier attempts may have done.
enum class earlier_attempts {
  did_nothing,
  are_in_doubt,           ///< one may have been carried out
  are_in_doubt_with_key,  ///< the same, and each had the request's key
};

/// Judges a response. `code` is that of its problem details, or empty. If earlier attempts are in
/// doubt, a refusal settles the request only if the server gives it after it has looked for the
/// key.
verdict judge(int status, std::string_view code,
              earlier_attempts earlier = earlier_attempts::did_nothing) noexcept;

/// Returns true if the server refuses a request because it does not remember keys for so long. It
/// says so to each attempt with that TTL, so none was carried out.
bool refuses_key_ttl(int status, std::string_view detail) noexcept;

/// Returns how long to wait before the next attempt: full jitter between 0 and a limit that doubles
/// from 50 ms to 5 s, so that clients that failed together do not come back together; at least
/// `floor`. `attempt` counts from 0; `random` is in [0, 1).
std::chrono::milliseconds pause_before(unsigned attempt, double random,
                                       std::chrono::milliseconds floor) noexcept;

}  // namespace counterctl
