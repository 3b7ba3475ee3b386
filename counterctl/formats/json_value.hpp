#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace counterctl {

// Reading Boost.JSON's values. Integers are exact; no double is taken for one.

/// Parses a text that is one JSON value. Throws std::runtime_error with the position.
boost::json::value parse_json(std::string_view text);

const boost::json::value* find(const boost::json::object& object, std::string_view name);
std::optional<std::int64_t> integer_of(const boost::json::value* value);
std::optional<std::string> text_of(const boost::json::value* value);

}  // namespace counterctl
