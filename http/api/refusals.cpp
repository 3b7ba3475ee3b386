#include "http/api/refusals.hpp"

#include "http/protocol/authority.hpp"
#include "rights/grant.hpp"

#include <algorithm>
#include <string>
#include <utility>

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

constexpr std::string_view token_is_missing =
    "this needs a token: send it as Authorization: Bearer TOKEN, or as the password of Basic";

std::string_view detail_of(authenticator::outcome outcome) noexcept {
  switch (outcome) {
    case authenticator::outcome::malformed:
      return "what was sent is no token of a counterd: copy all 42 characters of it, from ctr_ on, "
             "and "
             "send it as Bearer TOKEN, or as the password of Basic";
    case authenticator::outcome::mistyped:
      return "the token is mistyped or incomplete: copy all 42 characters of it";
    case authenticator::outcome::unknown:
      return "the server does not know this token, or no longer: ask its operator for another";
    case authenticator::outcome::expired:
      return "the token has expired: ask the server's operator for another";
    case authenticator::outcome::none:
    case authenticator::outcome::accepted:
    case authenticator::outcome::repeated:
      break;
  }
  return token_is_missing;
}

std::string detail_for_address(rights::scope needed) {
  if (needed == rights::scope::none)
    return "this address may do nothing in a batch: the server's --anonymous does not name read, "
           "add, write or delete";
  if (needed == rights::scope::admin)
    return "without a token, only clients on the server's own machine may do this, if "
           "--anonymous-local names admin; never through a proxy";
  const std::string name{rights::name_of(needed)};
  const auto* const verb = needed == rights::scope::metrics ? "see " : "";
  return "this address may not " + (verb + name) + ": the server's --anonymous does not name " +
         name;
}

std::string detail_for_token(rights::verdict verdict, rights::scope needed,
                             const rights::grant& grant) {
  switch (verdict) {
    case rights::verdict::other_name:
      return "this token is for names that begin with one of these, percent-encoded: " +
             rights::to_text(grant.prefixes) +
             (needed == rights::scope::list ? "; list with a prefix that does" : "");
    case rights::verdict::other_delta:
      return "this token may add " + rights::to_text(*grant.deltas) + " at a time";
    case rights::verdict::bounded_options:
      return "this token may add " + rights::to_text(*grant.deltas) +
             " at a time, without initial, min, max, ttl and ttl_mode";
    case rights::verdict::allowed:
    case rights::verdict::read_only:
    case rights::verdict::forbidden:
      break;
  }
  if (needed == rights::scope::none)
    return "this token has none of the scopes that a batch needs: read, add, write, delete";
  return "this token lacks the scope " + std::string{rights::name_of(needed)};
}

/// Adds the field that says how to authenticate (RFC 6750 section 3). Basic, which is accepted,
/// too, is not named: a browser would ask its user for a password and remember it.
response with_challenge(response response, const std::string& parameters = {}) {
  response.fields = "WWW-Authenticate: Bearer realm=\"counterd\"" + parameters + "\r\n";
  return response;
}

}  // namespace

response unknown_path(std::string_view raw_path, error_format format) {
  if (format == error_format::problem)
    return v1::to_response({v1::code::no_such_route, "/openapi.json describes every path"});
  const bool is_badge = raw_path.starts_with("/badge/") || raw_path.starts_with("/hit/");
  return {status::not_found,
          is_badge
              ? "a badge is /badge/NAME.svg or .json, a hit /hit/NAME.svg, .json or .gif; in NAME, "
                "write / as %2F\n"
              : "no such page: try /\n"};
}

response refusal_as(error_format format, const v1::problem& problem) {
  if (format == error_format::problem)
    return v1::to_response(problem);
  return {.status = v1::status_of(problem.code),
          .body = problem.detail + "\n",
          .reason = v1::reason_of(problem.code)};
}

response denial(error_format format, rights::verdict verdict, rights::scope needed,
                const rights::permissions& permissions, std::optional<std::size_t> index) {
  using rights::authority;
  if (verdict == rights::verdict::read_only)
    return refusal_as(format,
                      {v1::code::read_only, "the server was started with --read-only", index});
  switch (permissions.authority()) {
    case authority::address:
      return refusal_as(format, {v1::code::forbidden, detail_for_address(needed), index});
    case authority::anonymous:
      return with_challenge(
          refusal_as(format, {v1::code::unauthorized, std::string{token_is_missing}, index}));
    case authority::token:
      break;
  }
  auto response = refusal_as(
      format,
      {v1::code::forbidden, detail_for_token(verdict, needed, *permissions.grant()), index});
  const bool is_scope = verdict == rights::verdict::forbidden && needed != rights::scope::none;
  return with_challenge(std::move(response), is_scope
                                                 ? ", error=\"insufficient_scope\", scope=\"" +
                                                       std::string{rights::name_of(needed)} + "\""
                                                 : ", error=\"insufficient_scope\"");
}

response denial(error_format format, authenticator::outcome outcome) {
  if (outcome == authenticator::outcome::repeated)
    return refusal_as(format, {v1::code::bad_request, "send one Authorization field"});
  return with_challenge(
      refusal_as(format, {v1::code::unauthorized, std::string{detail_of(outcome)}}),
      ", error=\"invalid_token\"");
}

v1::problem token_in_query() {
  return {v1::code::bad_request,
          "a token does not belong in the address, which is logged: send it as Authorization: "
          "Bearer TOKEN, and revoke this one if it is real"};
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
