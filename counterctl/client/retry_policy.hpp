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

/// Judges a response. `code` is that of its problem details, or empty. `was_in_doubt`: an earlier
/// attempt with the same key may have been carried out; then a refusal settles the request only if
/// the server gives it after it has looked for the key.
verdict judge(int status, std::string_view code, bool was_in_doubt) noexcept;

/// Returns true if the server refuses a request because it does not remember keys for so long. It
/// says so to each attempt with that TTL, so none was carried out.
bool refuses_key_ttl(int status, std::string_view detail) noexcept;

/// Returns how long to wait before the next attempt: full jitter between 0 and a limit that doubles
/// from 50 ms to 5 s, so that clients that failed together do not come back together; at least
/// `floor`. `attempt` counts from 0; `random` is in [0, 1).
std::chrono::milliseconds pause_before(unsigned attempt, double random,
                                       std::chrono::milliseconds floor) noexcept;

}  // namespace counterctl
