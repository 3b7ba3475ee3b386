#pragma once

#include "http/api/audience.hpp"
#include "http/api/request_context.hpp"
#include "rights/scope.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// `reads`: the request changes nothing, so the route also serves HEAD if it serves GET. `follows`:
/// the same, and the response goes on as long as the connection lasts.
enum class effect : std::uint8_t { reads, follows, writes };

/// The body of an error response: one line of text, or problem details (RFC 9457).
enum class error_format : std::uint8_t { text, problem };

/// The maximum of paths: what is counted for each path has room for so many.
inline constexpr std::size_t paths_max = 32;

/// The indexes of the paths whose handlers send short commands to the store.
inline constexpr std::size_t increment_path = 0;
inline constexpr std::size_t read_path = 1;
inline constexpr std::size_t set_path = 2;

/// A row of the route table. 404, 405, Allow, HEAD and OPTIONS are derived from these rows: every
/// path offers OPTIONS, and HEAD where GET reads.
struct route {
  unsigned methods;  ///< a set of enum method
  /// Segments after slashes; `{name}` matches any one segment, and `{name}.x` any one that ends
  /// with `.x`.
  std::string_view path;
  rights::scope scope;  ///< what the client must have
  http::effect effect;
  error_format errors;
  handler handle;
  http::audience audience = audience::clients;
  bool serves_published = false;  ///< to anybody, if the counter is, see rights::public_names

  /// Returns true for a batch: what it needs depends on its operations.
  constexpr bool needs_operations() const noexcept {
    return scope == rights::scope::none && effect == effect::writes;
  }
};

/// Returns all routes; static. Routes of one path are adjacent.
std::span<const route> routes() noexcept;

/// All routes of one path.
struct path_routes {
  std::size_t index;  ///< of the path, from 0 on; below paths_max
  std::string_view path;
  std::string_view literal;  ///< the path, up to `{name}`
  std::string_view suffix;   ///< what follows `{name}`
  bool has_name;             ///< the path contains `{name}`
  std::span<const route> rows;
  unsigned methods;   ///< all methods of the path, including HEAD and OPTIONS
  std::string allow;  ///< the value of Allow
  error_format errors;
  http::audience audience;

  /// Returns the route for `method`, the route of GET for HEAD, or null if there is none. OPTIONS
  /// has no route.
  const route* find(method method) const noexcept;
};

/// Returns all paths, by their index; static.
std::span<const path_routes> paths() noexcept;

struct path_match {
  const path_routes* routes = nullptr;  ///< null: no route has this path
  std::string_view raw_name{};          ///< what is at `{name}`, percent-encoded
};

/// Finds the routes of a percent-encoded path. Splits it into segments before it decodes them, so
/// `%2F` is no separator. A segment with an invalid percent-encoding matches only `{name}`.
/// Thread-safe.
path_match find_path(std::string_view raw_path);

/// Returns the error format for a path that find_path() does not find.
error_format errors_of_unknown(std::string_view raw_path);

}  // namespace http
