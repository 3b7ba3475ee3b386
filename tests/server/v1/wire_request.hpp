#pragma once

#include "counter/full_command.hpp"
#include "tests/unit/random_commands.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace support {

/// Maps versions of the model to those of the server, for one counter.
using version_map = std::map<std::uint64_t, std::uint64_t>;

/// The kind of endpoint.
enum class endpoint { text, single, batch };

/// A request and its commands for the model.
struct wire_request {
  support::endpoint kind = endpoint::single;
  bool wants_text = false;
  std::vector<counter::full_command> commands;
  std::string bytes;
};

/// Returns a request to `/get`, `/set` or `/inc`.
wire_request random_text_request(model::dice& random, const std::string& name);

/// Returns a request to `/v1/counters/{name}` with parameters in the query, a form or JSON, or two
/// of them, with conditions on known versions and with keys.
wire_request random_single_request(model::dice& random, const std::string& name,
                                   const version_map& known);

/// Returns one operation for random_batch_request(), with `if_version` and without key.
struct wire_operation {
  counter::full_command command;
  std::string json;
};
wire_operation random_operation(model::dice& random, const std::string& name,
                                const version_map& known);
wire_request random_batch_request(model::dice& random, std::vector<wire_operation> operations);

}  // namespace support
