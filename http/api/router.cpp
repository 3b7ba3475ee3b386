#include "http/api/router.hpp"

#include "http/api/refusals.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/field_value.hpp"
#include "http/protocol/percent.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace http {

namespace {

response malformed_target(target::defect defect, const path_match& match, error_format errors) {
  if (errors == error_format::text)
    return {status::bad_request,
            defect == target::defect::form
                ? "the request target must begin with / or http://HOST\n"
                : "the request target must be UTF-8 and percent-encoded, as curl does with "
                  "-G --data-urlencode name=NAME\n"};
  if (match.routes != nullptr && defect == target::defect::path)
    return v1::to_response(
        {v1::code::invalid_name, "the name must be UTF-8 and percent-encoded: gr%C3%B6%C3%9Fe"});
  return v1::to_response({v1::code::bad_request,
                          "the request target must be UTF-8 and percent-encoded: gr%C3%B6%C3%9Fe"});
}

response method_not_allowed(const path_routes& routes) {
  auto response =
      routes.errors == error_format::text
          ? http::response{status::method_not_allowed, "this method is not allowed here\n"}
          : v1::to_response({v1::code::method_not_allowed, "Allow lists the methods of this path"});
  response.allow = routes.allow;
  return response;
}

/// Returns true if a browser sends the request before its user asks for it: Sec-Purpose of the
/// Fetch standard, and what browsers sent before.
bool is_prefetch(const request& request) {
  using field = header_fields::name;
  if (!request.fields.has(field::purpose))
    return false;
  const auto value = request.fields.find(field::purpose);
  for (std::string_view purposes = *value; !purposes.empty();) {
    auto element = take_element(purposes, ',');
    const auto purpose = take_element(element, ';');
    if (equals_ignoring_case(purpose, "prefetch") || equals_ignoring_case(purpose, "preview"))
      return true;
  }
  return false;
}

/// Returns true if a Content-Encoding names no coding but `identity` (RFC 9110 section 8.4).
bool is_identity(std::string_view codings) noexcept {
  while (!codings.empty())
    if (const auto coding = take_element(codings, ',');
        !coding.empty() && !equals_ignoring_case(coding, "identity"))
      return false;
  return true;
}

/// Refuses a request that would change a counter, for a field that asks for something else; nullopt
/// if there is none.
std::optional<response> refuse_write(const request& request, error_format errors) {
  using field = header_fields::name;
  if (errors == error_format::text)
    return std::nullopt;  // the text endpoints ignore the body
  if (request.fields.has(field::content_encoding) &&
      !is_identity(*request.fields.find(field::content_encoding))) {
    auto refusal = v1::to_response(
        {v1::code::unsupported_media_type, "the server decodes no Content-Encoding"});
    refusal.fields = "Accept-Encoding: identity\r\n";  // RFC 9110 section 15.5.16
    return refusal;
  }
  // RFC 9110 section 14.5.
  if (request.fields.has(field::content_range))
    return v1::to_response({v1::code::bad_request, "a value cannot be written in parts"});
  return std::nullopt;
}

/// Monitors cannot present a token everywhere, so whoever reaches an address for operators may read
/// the metrics there.
rights::scope_set scopes_at(audience serves, rights::scope_set scopes) noexcept {
  return serves == audience::operators ? scopes.with(rights::scope::metrics) : scopes;
}

response respond_for_server(method method) {
  if (method == method::options)
    return {.status = status::no_content, .allow = any_allow};
  return {status::bad_request, "only OPTIONS takes *\n"};
}

rights::permissions anonymous(const rights::access_policy& policy, rights::scope_set scopes) {
  return {scopes, policy.is_read_only,
          policy.tokens ? rights::authority::anonymous : rights::authority::address};
}

/// Returns true if the query has a parameter that is meant to be a token.
bool has_token_in_query(target& target) {
  // The usual query is looked at once, and not decoded.
  if (!target.is_encoded() && target.raw_query().find("token") == std::string_view::npos)
    return false;
  const auto is_there = [&](std::string_view name) {
    return target.find(name).lookup != target::lookup::missing;
  };
  return is_there("token") || is_there("access_token");
}

}  // namespace

router::router(const v1::server_info& server, const rights::access_policy& policy,
               const std::time_t* now, audience serves)
    : server_(server),
      serves_(serves),
      now_(now) {
  set_policy(policy);
}

void router::set_policy(const rights::access_policy& policy) {
  is_read_only_ = policy.is_read_only;
  has_page_ = !policy.browsers.hides_page;
  published_ = policy.published;
  browser_guard_.set_policy(policy.browsers);
  authenticator_.set_tokens(policy.tokens);
  local_ = anonymous(policy, scopes_at(serves_, policy.local));
  forwarded_ = anonymous(
      policy,
      scopes_at(serves_, policy.remote.value_or(policy.local).without(rights::scope::admin)));
  remote_ = anonymous(
      policy, scopes_at(serves_,
                        policy.remote.value_or(rights::scope_set{}).without(rights::scope::admin)));
}

action router::route(const request& request, const connection_info& connection) {
  return respond(request, connection, /*is_whole=*/true);
}

std::optional<response> router::refuse(const request& request, const connection_info& connection) {
  auto outcome = respond(request, connection, /*is_whole=*/false);
  auto* early = std::get_if<response>(&outcome);
  if (early == nullptr || early->status < status::bad_request)
    return std::nullopt;
  return std::move(*early);
}

/// If the request is not whole, returns a response that does not depend on the body, or any
/// command.
action router::respond(const request& request, const connection_info& connection, bool is_whole) {
  found_route found;
  is_public_ = false;
  const auto defect = target_.parse(request.target);
  const auto raw_path = target_.raw_path();
  found.match = find_path(raw_path);
  const auto& match = found.match;
  path_ = match.routes;
  const auto errors = match.routes != nullptr ? match.routes->errors : errors_of_unknown(raw_path);
  if (!browser_guard_.accepts_host(request, connection))
    return refusal_as(errors, unknown_host(request.host()));
  if (raw_path == "*" && defect == target::defect::none)
    return respond_for_server(request.method);
  if (defect != target::defect::none)
    return malformed_target(defect, match, errors);
  if (match.routes == nullptr || !serves(*match.routes)) {
    path_ = nullptr;
    return unknown_path(match.routes == nullptr ? raw_path : "", errors);
  }
  if (request.method == method::options)
    return respond_to_options(request, *match.routes);
  found.route = match.routes->find(request.method);
  if (found.route == nullptr)
    return method_not_allowed(*match.routes);
  found.permissions = &permissions_of(request, connection);
  if (authenticator_.is_enabled() && !is_for_anybody(*found.route, *match.routes))
    if (auto refusal = authenticate(request, errors, found))
      return std::move(*refusal);
  const auto& route = *found.route;
  const auto& permissions = *found.permissions;
  is_public_ = is_published(found);
  const auto verdict = check(found);
  const bool is_allowed = verdict == rights::verdict::allowed;
  const bool is_refused_to_all = is_read_only_ && route.effect == effect::writes;
  if (!is_allowed && (!is_public_ || is_refused_to_all))
    return denial(errors, is_public_ ? rights::verdict::read_only : verdict, route.scope,
                  permissions);
  // A list is costly, and reveals every name; a stream occupies a connection.
  const bool is_guarded = route.effect != effect::reads || route.scope == rights::scope::list;
  const bool is_from_user = !is_guarded || found.is_bearer || browser_guard_.accepts_site(request);
  if (!is_from_user && !is_public_)
    return refusal_as(errors,
                      cross_origin(request.fields.find(header_fields::name::origin).value_or("")));
  if (is_guarded && is_prefetch(request))
    return refusal_as(errors,
                      {v1::code::prefetch, "a prefetch may not change, list or follow counters"});
  if (route.effect == effect::writes)
    if (auto refusal = refuse_write(request, errors))
      return std::move(*refusal);
  if (!is_whole)
    return counter::command{};
  return route.handle({.request = request,
                       .target = target_,
                       .server = server_,
                       .permissions = permissions,
                       .connection = connection,
                       .published = published_,
                       .raw_name = match.raw_name,
                       .has_page = has_page_,
                       .is_public = is_public_,
                       .is_entitled = is_allowed && is_from_user});
}

/// Decides on a request as far as its route and its header tell.
rights::verdict router::check(const found_route& found) {
  const auto& route = *found.route;
  const auto& permissions = *found.permissions;
  const auto verdict =
      route.needs_operations() ? permissions.check_any_operation() : permissions.check(route.scope);
  return permissions.has_limits() && verdict == rights::verdict::allowed ? check_limits(found)
                                                                         : verdict;
}

/// Returns true if anybody may do what the route does with this counter.
bool router::is_published(const found_route& found) const {
  if (!found.route->serves_published)
    return false;
  std::string buffer;
  const auto name = decode(found.match.raw_name, false, buffer);
  return found.route->effect == effect::reads ? published_.may_be_read(name)
                                              : published_.may_be_counted(name);
}

/// Decides on a request that a token limits, as far as the header tells: with the text endpoints,
/// that is all of it.
rights::verdict router::check_limits(const found_route& found) {
  const auto& permissions = *found.permissions;
  const auto& route = *found.route;
  if (route.scope == rights::scope::none)
    return rights::verdict::allowed;
  std::string buffer;
  std::string_view name;
  if (found.match.routes->has_name) {
    name = decode(found.match.raw_name, false, buffer);
  } else {
    if (route.errors != error_format::text)
      return rights::verdict::allowed;
    const auto [lookup, value] = target_.find("name");
    if (lookup != target::lookup::found)
      return rights::verdict::allowed;  // the handler refuses it
    name = value;
  }
  const auto verdict = permissions.check_name(name);
  const bool adds_one = route.errors == error_format::text && route.scope == rights::scope::add;
  return verdict == rights::verdict::allowed && adds_one
             ? permissions.check_addition(/*delta=*/1, /*has_options=*/false)
             : verdict;
}

/// Replaces the permissions in `found` by those of the request's token, if it has one. Returns the
/// response if it has a token that is not accepted.
std::optional<response> router::authenticate(const request& request, error_format errors,
                                             found_route& found) {
  using outcome = authenticator::outcome;
  if (has_token_in_query(target_))
    return refusal_as(errors, token_in_query());
  const std::chrono::sys_seconds now{
      std::chrono::seconds{now_ != nullptr ? *now_ : std::time(nullptr)}};
  const auto result = authenticator_.check(request.fields, now);
  if (result.outcome == outcome::none)
    return std::nullopt;
  if (result.outcome != outcome::accepted)
    return denial(errors, result.outcome);
  of_token_ = {*result.grant, is_read_only_};
  found.permissions = &of_token_;
  found.is_bearer = result.is_bearer;
  return std::nullopt;
}

response router::respond_to_options(const request& request, const path_routes& routes) const {
  response response{.status = status::no_content, .allow = routes.allow};
  if (!browser_guard::is_preflight(request))
    return response;
  if (!browser_guard_.accepts_origin(request))
    return refusal_as(routes.errors,
                      cross_origin(*request.fields.find(header_fields::name::origin)));
  response.fields = browser_guard::preflight_fields();
  return response;
}

/// Probes and scrapes must not fail for a token that somebody adds to them.
bool router::is_for_anybody(const http::route& route, const path_routes& routes) const noexcept {
  return routes.audience == audience::operators &&
         (route.scope == rights::scope::none ||
          (route.scope == rights::scope::metrics && serves_ == audience::operators));
}

/// Clients are served everything; they connect elsewhere.
bool router::serves(const path_routes& routes) const noexcept {
  return serves_ == audience::clients || routes.audience == audience::operators;
}

/// A client on this machine may be a proxy for anybody, and may say so.
const rights::permissions& router::permissions_of(
    const request& request, const connection_info& connection) const noexcept {
  if (!connection.is_local)
    return remote_;
  return request.fields.are_forwarded() ? forwarded_ : local_;
}

}  // namespace http
