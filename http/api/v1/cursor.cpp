#include "http/api/v1/cursor.hpp"

#include "counter/name.hpp"

#include <boost/algorithm/hex.hpp>

#include <iterator>

namespace http::v1 {

std::string to_cursor(std::string_view last_name) {
  std::string cursor;
  boost::algorithm::hex_lower(last_name, std::back_inserter(cursor));
  return cursor;
}

std::optional<std::string> parse_cursor(std::string_view cursor) {
  std::string name;
  try {
    boost::algorithm::unhex(cursor, std::back_inserter(name));
  } catch (const boost::algorithm::hex_decode_error&) {
    return std::nullopt;
  }
  if (!counter::is_valid_name(name) || to_cursor(name) != cursor)
    return std::nullopt;
  return name;
}

}  // namespace http::v1
