#pragma once

#include "http/api/v1/problem.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace http::v1 {

/// With a line end, for those who read it on a terminal.
std::string to_text(const boost::json::object& object);

/// The JSON object (RFC 8259) that `text` is: no deeper than
/// limits::json_depth_max, no wider than limits::json_members_max, and with no
/// member given twice, which a JSON object would hide.
result<boost::json::object> parse_object(std::string_view text);

}  // namespace http::v1
