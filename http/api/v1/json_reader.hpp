#pragma once

#include "http/api/v1/json_value.hpp"
#include "http/api/v1/problem.hpp"

#include <cstddef>
#include <string_view>

namespace http::v1 {

/// Receives the values of a JSON text in order. Views are valid during the call only.
class json_visitor {
public:
  /// Called for each value; for an object or a list, when it begins. `depth` is the number of
  /// objects and lists around it, 0 for the text itself. `name` is the name of a member, and empty
  /// in a list.
  virtual void value(std::size_t depth, std::string_view name, const json_value& value) = 0;

  /// Called when the object or list that began at `depth` ends.
  virtual void end(std::size_t depth) = 0;

protected:
  ~json_visitor() = default;
};

/// Reads a JSON object (RFC 8259) in one pass, without a tree of values. It is a problem if `text`
/// is malformed, is not an object, nests deeper than limits::json_depth_max, or has an object with
/// more than limits::json_members_max members or with a duplicate member. The problem with an
/// operation of a batch has its index. What `visitor` has received before a problem is void. Throws
/// std::bad_alloc.
maybe_problem read_json(std::string_view text, json_visitor& visitor);

}  // namespace http::v1
