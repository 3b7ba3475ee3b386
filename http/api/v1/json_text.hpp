#pragma once

#include "http/api/v1/problem.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace http::v1 {

/// Serializes `object` and appends a newline, which terminals need.
std::string to_text(const boost::json::object& object);

/// Parses a JSON object (RFC 8259). It is a problem if `text` is malformed, is not an object, nests
/// deeper than limits::json_depth_max, or has an object with more than limits::json_members_max
/// members or with a duplicate member. The problem with an operation of a batch has its index.
result<boost::json::object> parse_object(std::string_view text);

}  // namespace http::v1
