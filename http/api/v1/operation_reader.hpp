#pragma once

#include "counter/full_command.hpp"
#include "http/api/v1/parameter_reader.hpp"

#include <string_view>

namespace http::v1 {

/// The parameters of one operation on a counter, wherever they come from. Each
/// operation has its own.
class operation_reader {
public:
  explicit operation_reader(counter::operation operation);

  maybe_problem accept(std::string_view name, const parameter_value& value) {
    return reader_.accept(name, value);
  }
  parameter_sink sink() { return reader_.sink(); }

  /// All that were given, once there are no more; or what is missing, or which
  /// of them contradict each other.
  result<counter::parameters> finish() const;

private:
  parameter_reader<counter::parameters> reader_;
};

}  // namespace http::v1
