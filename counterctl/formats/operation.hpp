#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace counterctl {

enum class operation_kind { get, add, set, remove };

/// An operation on one counter, as the API has it (docs/API.md, "Requests").
struct operation {
  operation_kind kind = operation_kind::get;
  std::string name{};
  std::int64_t operand = 0;  ///< add: delta; set: value
  std::optional<std::int64_t> initial{}, min{}, max{};
  std::optional<std::int64_t> ttl_seconds{};
  std::optional<std::int64_t> if_version{};
  std::string ttl_mode{};  ///< empty: the default
  bool clamps = false;
  bool creates = true;
};

/// Returns the operation as JSON, as it is in a batch.
std::string to_json(const operation& operation);

/// Returns its parameters as JSON, without its name: the body of a single request.
std::string parameters_to_json(const operation& operation);

}  // namespace counterctl
