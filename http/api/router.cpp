#include "http/api/router.hpp"

#include "counter/integer.hpp"
#include "counter/name.hpp"
#include "http/api/text/index_page.hpp"
#include "http/api/v1/router.hpp"

#include <utility>

namespace http {

namespace {

struct route_entry {
  unsigned methods;  ///< of enum method
  std::string_view path;
  std::string_view allow;
  action (*answer)(target&);
};

action bad_request(std::string_view line) {
  return response{status::bad_request, line};
}

/// Every text endpoint has one.
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

action read_counter(target& target) {
  return with_name(target, counter::operation::get, 0);
}

action increment_counter(target& target) {
  return with_name(target, counter::operation::add, 1);
}

action write_counter(target& target) {
  const auto [lookup, text] = target.find("val");
  if (lookup == target::lookup::missing)
    return bad_request("val is missing: add &val=NUMBER\n");
  if (lookup == target::lookup::repeated)
    return bad_request("val is given twice\n");
  const auto value = counter::parse_integer(text);
  if (!value)
    return bad_request("val is not an integer from -9223372036854775808 to 9223372036854775807\n");
  return with_name(target, counter::operation::set, *value);
}

action welcome(target&) {
  return response{status::ok, index_page};
}

constexpr route_entry routes[] = {
    {method::get | method::post, "/inc", "GET, POST, OPTIONS", &increment_counter},  // ?name=N
    {method::get | method::post, "/set", "GET, POST, OPTIONS", &write_counter},  // ?name=N&val=V
    {method::get | method::post | method::head, "/get", "GET, HEAD, POST, OPTIONS",
     &read_counter},  // ?name=N
    {method::get | method::head, "/", "GET, HEAD, OPTIONS", &welcome},
};

action route_v1(const request& request, target& decoder, target::defect found,
                const v1::server_info& server_info, peer from) {
  auto to_action = []<class Answer>(Answer&& answer) {
    return action{std::forward<Answer>(answer)};
  };
  return std::visit(to_action, v1::route(request, decoder, found, server_info, from));
}

}  // namespace

action route(const request& request, target& decoder, const v1::server_info& server_info,
             peer from) {
  const auto found = decoder.parse(request.target);
  if (found != target::defect::none)
    return v1::owns_path(decoder.raw_path()) ? route_v1(request, decoder, found, server_info, from)
                                             : bad_request("malformed request target\n");
  const bool is_options = request.method == method::options;
  if (decoder.raw_path() == "*")
    return is_options ? response{status::no_content, {}, any_allow}
                      : response{status::bad_request, "only OPTIONS takes *\n"};
  for (const auto& entry : routes) {
    if (!decoder.is_path(entry.path))
      continue;
    if (is_options)
      return response{status::no_content, {}, entry.allow};
    if (!contains(entry.methods, request.method))
      return response{status::method_not_allowed, "this method is not allowed here\n", entry.allow};
    return entry.answer(decoder);
  }
  if (v1::owns_path(decoder.raw_path()))
    return route_v1(request, decoder, found, server_info, from);
  return response{status::not_found, "no such page: try /\n"};
}

}  // namespace http
