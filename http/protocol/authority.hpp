#pragma once

#include <string_view>

namespace http {

/// Returns true for `uri-host [ ":" port ]` (RFC 9110 section 7.2), which may be empty: the value
/// of Host. Refuses user information, in which an attacker could hide another host.
bool is_authority(std::string_view value) noexcept;

}  // namespace http
