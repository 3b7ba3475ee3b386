#include "http/api/refusals.hpp"

#include "http/protocol/authority.hpp"

#include <algorithm>
#include <string>

namespace http {

namespace {

constexpr std::size_t printable_bytes_max = 100;

/// Returns what a peer has sent as it can be repeated in any message.
std::string printable(std::string_view text) {
  std::string copy{text.substr(0, printable_bytes_max)};
  std::replace_if(
      copy.begin(), copy.end(), [](char c) { return c <= ' ' || c > '~'; }, '?');
  return copy;
}

}  // namespace

response refusal_as(error_format format, const v1::problem& problem) {
  if (format == error_format::problem)
    return v1::to_response(problem);
  return {.status = v1::status_of(problem.code),
          .body = problem.detail + "\n",
          .reason = v1::reason_of(problem.code)};
}

v1::problem problem_of(rights::verdict verdict, rights::scope needed) {
  if (verdict == rights::verdict::read_only)
    return {v1::code::read_only, "the server was started with --read-only"};
  if (needed == rights::scope::admin)
    return {v1::code::forbidden,
            "only the server's own machine may do this, and not through a proxy"};
  const std::string name{rights::name_of(needed)};
  return {v1::code::forbidden,
          "this address may not " + name + ": the server's --anonymous does not name " + name};
}

v1::problem unknown_host(std::string_view host) {
  const auto [kind, text] = host_of(host);
  if (kind == host_kind::unspecified || text.empty())
    return {v1::code::misdirected, "the server does not answer for this Host: use its name"};
  const auto name = printable(text);
  return {v1::code::misdirected, "the server does not answer for " + name +
                                     ": start it with --allow-host " + name + " if it should"};
}

v1::problem cross_origin(std::string_view origin) {
  const auto page = origin.empty() || origin == "null" ? std::string{"a page of another site"}
                                                       : "a page of " + printable(origin);
  return {v1::code::cross_origin,
          page + " may not do this: --allow-origin opens the server to the pages of an origin"};
}

}  // namespace http
