#pragma once

#include "counter/full_command.hpp"
#include "http/api/v1/parameter_reader.hpp"

#include <optional>
#include <string_view>

namespace http::v1 {

/// Reads the parameters of one operation on a counter, from a query, a form, a JSON body or an
/// element of a batch. Every operation has `if_version`; `add` and `set` have others, too.
///
/// Order of calls: accept() or sink() for each parameter, then finish() once.
class operation_reader {
public:
  explicit operation_reader(counter::operation operation);

  /// Stores one parameter, or returns the problem with it.
  maybe_problem accept(std::string_view name, const parameter_value& value) {
    return reader_.accept(name, value);
  }

  /// Returns accept() as a sink, which borrows this reader.
  parameter_sink sink() { return reader_.sink(); }

  /// Returns the parameters, or the problem that a required one is missing or that two contradict
  /// each other.
  result<counter::parameters> finish() const;

  /// Returns the condition that `if_version` makes; nullopt if it was not given.
  const std::optional<counter::condition>& condition() const noexcept {
    return reader_.target.condition;
  }

private:
  struct target {
    counter::parameters parameters;
    std::optional<counter::condition> condition;
  };

  // The rules, each with a function that stores a parameter in a target.
  friend struct operation_rules;

  parameter_reader<target> reader_;
};

}  // namespace http::v1
