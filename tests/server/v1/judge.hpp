#pragma once

#include "tests/server/v1/support.hpp"
#include "tests/server/v1/wire_request.hpp"
#include "tests/unit/model.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace support {

/// The earliest and the latest time of an event.
struct window {
  counter::time_point low, high;
};

/// The response to one command, without differences between the two APIs.
struct observation {
  int status = 0;
  bool is_replayed = false;
  std::optional<std::uint64_t> version;             ///< the server's version
  std::optional<counter::time_point> expires_at{};  ///< if the response has one
  /// The other members. A bare value is `{"value":5}`.
  json::object body{};
};

observation normalized(const answer& answer, const wire_request& request);
observation normalized(const json::object& batch_result);
observation normalized_listed(const json::object& listed);
observation not_listed();

/// Compares the responses for one counter with those of the model. Where a response depends on
/// the exact time of its command, there are several models, until only one is possible.
class judge {
public:
  judge() : worlds_(1, model::counters{{.idempotency_records_max = 1'000'000}}) {}

  /// Returns true if the model allows this response.
  bool accepts(const counter::full_command& command, const observation& observed, endpoint kind,
               bool wants_text, const window& when);

  const version_map& known() const { return known_; }
  /// Returns true if the counter has certainly expired since the last command.
  bool has_expired(const window& when) const;

private:
  bool is_possible(std::uint64_t model_version, std::uint64_t server_version) const;

  std::vector<model::counters> worlds_;
  version_map known_;
  std::optional<counter::time_point> expires_at_;  // in the last response
};

}  // namespace support
