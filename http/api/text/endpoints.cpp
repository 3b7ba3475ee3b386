#include "http/api/text/endpoints.hpp"

#include "counter/integer.hpp"
#include "counter/name.hpp"
#include "http/api/text/index_page.hpp"

#include <cstdint>

namespace http {

namespace {

action bad_request(std::string_view line) {
  return response{status::bad_request, line};
}

action with_name(target& target, counter::operation operation, std::int64_t operand) {
  const auto [lookup, name] = target.find("name");
  if (lookup == target::lookup::missing)
    return bad_request("name is missing: add ?name=NAME\n");
  if (lookup == target::lookup::repeated)
    return bad_request("name is given twice\n");
  if (!counter::is_valid_name(name))
    return bad_request("a name is 1 to 256 bytes of UTF-8 without control characters\n");
  return counter::command{operation, name, operand};
}

}  // namespace

action increment_counter(const request_context& context) {
  return with_name(context.target, counter::operation::add, 1);
}

action read_counter(const request_context& context) {
  return with_name(context.target, counter::operation::get, 0);
}

action set_counter(const request_context& context) {
  const auto [lookup, text] = context.target.find("val");
  if (lookup == target::lookup::missing)
    return bad_request("val is missing: add &val=NUMBER\n");
  if (lookup == target::lookup::repeated)
    return bad_request("val is given twice\n");
  const auto value = counter::parse_integer(text);
  if (!value)
    return bad_request("val is not an integer from -9223372036854775808 to 9223372036854775807\n");
  return with_name(context.target, counter::operation::set, *value);
}

action show_index(const request_context& /*context*/) {
  return response{status::ok, index_page};
}

}  // namespace http
