#pragma once

#include "counter/full_command.hpp"
#include "tests/unit/random_commands.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace support {

/// Which of the server's versions those of the model are, of one counter.
using version_map = std::map<std::uint64_t, std::uint64_t>;

/// What a request goes to.
enum class endpoint { text, single, batch };

/// A request, and the commands that it stands for, in terms of the model.
struct wire_request {
  support::endpoint to = endpoint::single;
  bool wants_text = false;
  std::vector<counter::full_command> commands;
  std::string bytes;
};

/// `/get`, `/set` or `/inc`.
wire_request random_text_request(model::dice& random, const std::string& name);

/// To `/v1/counters/{name}`: parameters in the query, a form or JSON, or in two of
/// them, with conditions on versions that are known, and keys.
wire_request random_single_request(model::dice& random, const std::string& name,
                                   const version_map& known);

/// One operation for random_batch_request(), with `if_version` and without key.
struct wire_operation {
  counter::full_command command;
  std::string json;
};
wire_operation random_operation(model::dice& random, const std::string& name,
                                const version_map& known);
wire_request random_batch_request(model::dice& random, std::vector<wire_operation> operations);

}  // namespace support
