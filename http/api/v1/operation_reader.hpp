#pragma once

#include "counter/full_command.hpp"
#include "http/api/v1/parameter_reader.hpp"

#include <string_view>

namespace http::v1 {

/// Reads the parameters of one operation on a counter, from a query, a form, a JSON body or an
/// element of a batch. `add` and `set` have parameters; `get` and `remove` have none.
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

private:
  parameter_reader<counter::parameters> reader_;
};

}  // namespace http::v1
