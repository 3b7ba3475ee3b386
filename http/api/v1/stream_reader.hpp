#pragma once

#include "http/api/v1/problem.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http::v1 {

/// What a stream tells of.
struct stream_parameters {
  /// 1 to limits::watched_names_max, each once and valid by counter::is_valid_name(); none if there
  /// is a prefix.
  std::vector<std::string> names{};
  /// All counters whose names begin with it, at most limits::name_bytes_max bytes of UTF-8.
  std::optional<std::string> prefix{};
  /// The version that the client has, of the only name; nullopt: none.
  std::optional<std::uint64_t> known_version{};
  /// The client understands an event that sends it away; others get a 503.
  bool accepts_events = true;
  /// When the client's token is void; nullopt: never.
  std::optional<std::chrono::sys_seconds> expires_at{};
};

/// Reads the query of `/v1/counters/NAME/events`. The percent-encoding of `raw_query` must be
/// valid. `last_event_id` is the value of the field, empty if there is none.
result<stream_parameters> read_stream_of_one(std::string_view name, std::string_view raw_query,
                                             std::string_view last_event_id);

/// Reads the query of `/v1/events`: `names`, separated by commas, each percent-encoded; or
/// `prefix`.
result<stream_parameters> read_stream(std::string_view raw_query);

}  // namespace http::v1
