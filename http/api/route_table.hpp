#pragma once

#include "http/api/request_context.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// The right that a request needs. `none`: anyone may send it.
enum class scope : std::uint8_t { none, read, list, add, write, remove, admin };

/// Whether a request may change anything.
enum class access : std::uint8_t { reads, writes };

/// How errors are told: a line of text, or problem details (RFC 9457).
enum class error_format : std::uint8_t { text, problem };

/// One row of the table. From these rows come 404, 405, Allow, HEAD and OPTIONS:
/// OPTIONS is offered everywhere, HEAD where a GET reads.
struct route {
  unsigned methods;  ///< a set of enum method
  /// Its segments; `{name}` matches any one.
  std::string_view path;
  http::scope scope;
  http::access access;
  error_format errors;
  handler handle;
};

/// Every route there is, those of one path next to each other.
std::span<const route> routes() noexcept;

/// All routes of one path.
struct path_routes {
  std::string_view path;
  std::span<const route> rows;
  unsigned methods;   ///< all that are offered
  std::string allow;  ///< the value of Allow
  error_format errors;

  /// The route for `method`, HEAD being that of GET; null when it is not offered.
  const route* find(method method) const noexcept;
};

struct path_match {
  const path_routes* routes = nullptr;  ///< null: no such path
  std::string_view raw_name{};          ///< the segment at `{name}`, as sent
};

/// Finds the routes of a path as it was sent. Segments are separated before they are
/// decoded, so `%2F` does not separate. A segment with a bad percent-encoding matches
/// nothing but `{name}`.
path_match find_path(std::string_view raw_path);

/// How errors are told for a path that find_path() does not know.
error_format errors_of_unknown(std::string_view raw_path);

/// The value of Allow for the server as a whole (RFC 9110 section 9.3.7).
inline constexpr std::string_view any_allow = "GET, HEAD, POST, PUT, DELETE, OPTIONS";

}  // namespace http
