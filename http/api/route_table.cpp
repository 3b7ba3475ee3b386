#include "http/api/route_table.hpp"

#include "http/api/badge/endpoints.hpp"
#include "http/api/health/endpoints.hpp"
#include "http/api/metrics/endpoints.hpp"
#include "http/api/text/endpoints.hpp"
#include "http/api/ui/endpoints.hpp"
#include "http/api/v1/endpoints.hpp"
#include "http/protocol/percent.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace http {

namespace {

using rights::scope;

constexpr auto get = static_cast<unsigned>(method::get);
constexpr auto post = static_cast<unsigned>(method::post);
constexpr auto put = static_cast<unsigned>(method::put);
constexpr auto delete_ = static_cast<unsigned>(method::delete_);

constexpr auto text = error_format::text;
constexpr auto problem = error_format::problem;

constexpr bool published = true;

// In the order of expected use: find_path() tries paths from the first on.
constexpr route table[] = {
    {get | post, "/inc", scope::add, effect::writes, text, &increment_counter},
    {get | post, "/get", scope::read, effect::reads, text, &read_counter},
    {get | post, "/set", scope::write, effect::writes, text, &set_counter},
    {get, "/", scope::none, effect::reads, text, &ui::show_index},
    {get, "/v1/counters/{name}", scope::read, effect::reads, problem, &v1::read_counter},
    {post, "/v1/counters/{name}", scope::add, effect::writes, problem, &v1::add_to_counter},
    {put, "/v1/counters/{name}", scope::write, effect::writes, problem, &v1::set_counter},
    {delete_, "/v1/counters/{name}", scope::remove, effect::writes, problem, &v1::remove_counter},
    {get, "/v1/counters/{name}/events", scope::read, effect::follows, problem, &v1::stream_counter},
    {get, "/v1/events", scope::read, effect::follows, problem, &v1::stream_counters},
    {get, "/v1/counters", scope::list, effect::reads, problem, &v1::list_counters},
    {delete_, "/v1/counters", scope::remove, effect::writes, problem, &v1::remove_counters},
    {get, "/v1/top", scope::list, effect::reads, problem, &v1::list_top},
    {get, "/v1/prefixes", scope::list, effect::reads, problem, &v1::list_prefixes},
    // Each operation of a batch needs the scope of its single request.
    {post, "/v1/batch", scope::none, effect::writes, problem, &v1::run_batch},
    {post, "/v1/admin/backup", scope::admin, effect::writes, problem, &v1::make_backup,
     audience::operators},
    {get, "/metrics", scope::metrics, effect::reads, text, &show_metrics, audience::operators},
    {get, "/livez", scope::none, effect::reads, text, &show_liveness, audience::operators},
    {get, "/readyz", scope::none, effect::reads, text, &show_readiness, audience::operators},
    {get, "/v1/stats", scope::metrics, effect::reads, problem, &v1::show_statistics,
     audience::operators},
    {get, "/v1/info", scope::none, effect::reads, problem, &v1::describe_server},
    {get, "/ui/{name}", scope::none, effect::reads, text, &ui::show_asset},
    {get, "/badge/{name}.svg", scope::read, effect::reads, text, &badge::show_image,
     audience::clients, published},
    {get, "/badge/{name}.json", scope::read, effect::reads, text, &badge::show_object,
     audience::clients, published},
    {get | post, "/hit/{name}.svg", scope::add, effect::writes, text, &badge::hit_image,
     audience::clients, published},
    {get | post, "/hit/{name}.json", scope::add, effect::writes, text, &badge::hit_object,
     audience::clients, published},
    {get | post, "/hit/{name}.gif", scope::add, effect::writes, text, &badge::hit_pixel,
     audience::clients, published},
    {get, "/openapi.json", scope::none, effect::reads, problem, &v1::describe_api},
};

static_assert(table[increment_path].path == "/inc" && table[read_path].path == "/get" &&
              table[set_path].path == "/set");
static_assert(std::size(table) <= paths_max);

constexpr std::string_view name_pattern = "{name}";

unsigned methods_of(const route& row) noexcept {
  const bool has_head = contains(row.methods, method::get) && row.effect != effect::writes;
  return row.methods | (has_head ? static_cast<unsigned>(method::head) : 0);
}

std::string allow_of(unsigned methods) {
  std::string allow;
  const std::pair<method, std::string_view> names[] = {
      {method::get, "GET"}, {method::head, "HEAD"},      {method::post, "POST"},
      {method::put, "PUT"}, {method::delete_, "DELETE"}, {method::options, "OPTIONS"},
  };
  for (const auto& [method, name] : names)
    if (contains(methods, method))
      allow.append(allow.empty() ? "" : ", ").append(name);
  return allow;
}

std::vector<path_routes> group_by_path() {
  std::vector<path_routes> paths;
  for (auto row = std::begin(table); row != std::end(table);) {
    const auto next = std::find_if(row, std::end(table),
                                   [&](const route& other) { return other.path != row->path; });
    auto methods = static_cast<unsigned>(method::options);
    for (const auto& route : std::span{row, next})
      methods |= methods_of(route);
    const auto at = std::min(row->path.find(name_pattern), row->path.size());
    const bool has_name = at < row->path.size();
    paths.push_back({paths.size(),
                     row->path,
                     row->path.substr(0, at),
                     row->path.substr(has_name ? at + name_pattern.size() : at),
                     has_name,
                     {row, next},
                     methods,
                     allow_of(methods),
                     row->errors,
                     row->audience});
    row = next;
  }
  return paths;
}

/// Removes the first segment from a path that begins with a slash, and returns it.
std::string_view take_segment(std::string_view& path) noexcept {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_segment(std::string_view raw, std::string_view decoded) {
  if (raw == decoded)
    return true;
  if (raw.find('%') == raw.npos)
    return false;
  std::string buffer;
  return has_good_encoding(raw, buffer) && decode(raw, false, buffer) == decoded;
}

/// Returns what is before `end`, each of whose characters may be percent-encoded.
std::optional<std::string_view> without_end(std::string_view raw, std::string_view end) {
  for (; !end.empty(); end.remove_suffix(1)) {
    const std::size_t size = raw.ends_with(end.back()) ? 1 : 3;
    if (raw.size() < size || !is_segment(raw.substr(raw.size() - size), end.substr(end.size() - 1)))
      return std::nullopt;
    raw.remove_suffix(size);
  }
  return raw;
}

/// Returns the segment at `{name}`, empty if the pattern has no `{name}`; nullopt if the path does
/// not match the pattern.
std::optional<std::string_view> match(std::string_view pattern, std::string_view raw_path) {
  std::string_view name;
  while (!pattern.empty() && !raw_path.empty()) {
    const auto expected = take_segment(pattern);
    const auto raw = take_segment(raw_path);
    if (expected.starts_with(name_pattern)) {
      const auto stem = without_end(raw, expected.substr(name_pattern.size()));
      if (!stem)
        return std::nullopt;
      name = *stem;
    } else if (!is_segment(raw, expected)) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !raw_path.empty())
    return std::nullopt;
  return name;
}

const std::vector<path_routes> all_paths = group_by_path();

}  // namespace

std::span<const route> routes() noexcept {
  return table;
}

std::span<const path_routes> paths() noexcept {
  return all_paths;
}

const route* path_routes::find(method method) const noexcept {
  for (const auto& row : rows)
    if (contains(row.methods, method) || contains(methods_of(row), method))
      return &row;
  return nullptr;
}

path_match find_path(std::string_view raw_path) {
  if (!raw_path.starts_with('/'))
    return {};
  // First as most clients send it, without escapes before the name.
  for (const auto& routes : all_paths) {
    if (!raw_path.starts_with(routes.literal))
      continue;
    auto rest = raw_path.substr(routes.literal.size());
    if (routes.has_name && rest.ends_with(routes.suffix)) {
      rest.remove_suffix(routes.suffix.size());
      if (rest.find('/') == rest.npos)
        return {&routes, rest};
    } else if (!routes.has_name && rest.empty()) {
      return {&routes, rest};
    }
  }
  for (const auto& routes : all_paths)
    if (const auto name = match(routes.path, raw_path))
      return {&routes, *name};
  return {};
}

error_format errors_of_unknown(std::string_view raw_path) {
  if (!raw_path.starts_with('/'))
    return error_format::text;
  return is_segment(take_segment(raw_path), "v1") ? error_format::problem : error_format::text;
}

}  // namespace http
