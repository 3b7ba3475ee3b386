#pragma once

#include <string>
#include <string_view>

namespace http {

/// Returns true for `uri-host [ ":" port ]` (RFC 9110 section 7.2), which may be empty: the value
/// of Host. Refuses user information, in which an attacker could hide another host.
bool is_authority(std::string_view value) noexcept;

enum class host_kind {
  name,
  address,
  loopback,     ///< in 127.0.0.0/8, or [::1]; no other form of these, as browsers have it
  unspecified,  ///< an address that stands for every address of a machine: 0.0.0.0 or [::]
};

/// The host of an authority.
struct authority_host {
  host_kind kind = host_kind::name;
  /// In lower case, without the dot that may end a name; empty if the authority has no host.
  std::string text{};
};

/// Returns the host of `value`, for which is_authority() is true.
authority_host host_of(std::string_view value);

}  // namespace http
