#include "http/api/health/endpoints.hpp"

#include "http/api/health/server_health.hpp"
#include "http/protocol/percent.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

namespace {

struct health_query {
  bool is_verbose = false;
  bool for_reading = false;
  std::vector<std::string> excluded{};
};

/// Returns nullopt if a parameter is unknown: a probe that is misspelt must not pass.
std::optional<health_query> read_query(std::string_view raw_query, bool has_for) {
  health_query query;
  bool is_known = true;
  std::string buffer;
  for_each_pair(raw_query, [&](std::string_view name, std::string_view value) {
    if (name == "verbose" && value.empty())
      query.is_verbose = true;
    else if (name == "exclude")
      query.excluded.emplace_back(decode(value, true, buffer));
    else if (name == "for" && value == "read" && has_for)
      query.for_reading = true;
    else
      is_known = false;
    return is_known;
  });
  return is_known ? std::optional{std::move(query)} : std::nullopt;
}

response bad_query(bool has_for) {
  return {status::bad_request, has_for ? "the parameters are verbose, for=read and exclude=NAME\n"
                                       : "the parameters are verbose and exclude=NAME\n"};
}

response report(std::vector<health_check> checks, const health_query& query) {
  std::erase_if(checks, [&](const health_check& check) {
    return std::find(query.excluded.begin(), query.excluded.end(), check.name) !=
           query.excluded.end();
  });
  const bool is_ok = all_ok(checks);
  std::string text;
  for (const auto& check : checks)
    if (query.is_verbose || !check.is_ok)
      text.append(check.name).append(": ").append(check.is_ok ? "ok" : check.detail).append("\n");
  if (text.empty())
    text = "ok\n";
  return {.status = is_ok ? status::ok : status::service_unavailable,
          .body = std::move(text),
          .reason = response::not_refused};
}

}  // namespace

action show_liveness(const request_context& context) {
  const auto query = read_query(context.target.raw_query(), false);
  if (!query)
    return bad_query(false);
  if (context.server.health == nullptr)
    return report({}, *query);
  return report(liveness(*context.server.health, std::chrono::steady_clock::now()), *query);
}

action show_readiness(const request_context& context) {
  const auto query = read_query(context.target.raw_query(), true);
  if (!query)
    return bad_query(true);
  if (context.server.health == nullptr)
    return report({}, *query);
  return report(
      readiness(*context.server.health, std::chrono::steady_clock::now(), query->for_reading),
      *query);
}

}  // namespace http
