#include "config/access_flags.hpp"

#include "config/item_list.hpp"
#include "config/number.hpp"
#include "counter/limits.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace config {

namespace {

using rights::any_origin;

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string{text}.c_str(), &address) == 1;
}

bool is_ipv4(std::string_view text) {
  in_addr address{};
  return ::inet_pton(AF_INET, std::string{text}.c_str(), &address) == 1;
}

/// All of these flags: each event loop can get another policy.
constexpr bool reloadable = true;

/// The longest name of DNS (RFC 1035 section 2.3.4).
constexpr std::size_t name_bytes_max = 253;

std::string lower(std::string_view text) {
  std::string result{text};
  std::transform(text.begin(), text.end(), result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

bool is_host_name(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
  return !name.empty() && name.size() <= name_bytes_max && name.front() != '.' &&
         name.find_first_not_of(allowed) == name.npos;
}

/// Returns true for what browsers send in Origin: `http://HOST[:PORT]`, in lower case, without a
/// port that the scheme implies.
bool is_origin(std::string_view origin) {
  for (const auto& [scheme, default_port] :
       {std::pair<std::string_view, std::string_view>{"http://", "80"}, {"https://", "443"}}) {
    if (!origin.starts_with(scheme))
      continue;
    origin.remove_prefix(scheme.size());
    const auto colon = origin.find(':', origin.starts_with('[') ? origin.find(']') : 0);
    const auto host = origin.substr(0, colon);
    const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
    const bool is_host =
        is_bracketed ? is_ipv6(host.substr(1, host.size() - 2)) : is_host_name(host);
    if (colon == origin.npos)
      return is_host;
    const auto port = origin.substr(colon + 1);
    return is_host && port != default_port && !port.starts_with('0') &&
           parse_number(port, 1, UINT16_MAX);
  }
  return false;
}

std::string scopes_for_others() {
  return rights::to_text(rights::scope_set::all().without(rights::scope::admin));
}

}  // namespace

access_flags::access_flags(flag_set& flags, rights::access_policy& policy)
    : flags_(flags),
      policy_(policy) {
  flags.add(
      "tokens",
      {"FILE", "", "Require tokens; this file says what each may do, see `counterd token --help`",
       reloadable},
      [this](const std::string& text) {
        tokens_file_ = text;
        return std::string{};
      });
  flags.add("anonymous-local",
            {"SCOPES", "all; none with --tokens",
             "What clients on this machine may do without a token: all, none, or a list of scopes",
             reloadable},
            [this](const std::string& text) { return set_local(text); });
  flags.add(
      "anonymous",
      {"SCOPES", "",
       "What clients on other machines may do: all, none, or a list of " + scopes_for_others(),
       reloadable},
      [this](const std::string& text) { return set_anonymous(text); });
  flags.add_switch("read-only", "Refuse every change of a counter", policy.is_read_only,
                   reloadable);
  flags.add_switch("no-ui", "Show browsers the text that others get, and no page",
                   policy.browsers.hides_page, reloadable);
  flags.add_repeatable(
      "allow-host",
      {"NAME", "", "Answer requests for this host name, too; repeatable; addresses need none",
       reloadable},
      [this](const std::string& text) {
        return for_each_item(text, [this](std::string_view item) { return append_host(item); });
      });
  flags.add_repeatable(
      "allow-origin",
      {"ORIGIN", "",
       "Let pages of this origin read and change counters; repeatable; * is every origin",
       reloadable},
      [this](const std::string& text) {
        return for_each_item(text, [this](std::string_view item) { return append_origin(item); });
      });
  flags.add(
      "browser-writes",
      {"{refuse,allow}", "refuse",
       "Whether pages of other sites may change and list counters and make backups", reloadable},
      [this](const std::string& text) {
        policy_.browsers.allows_cross_site = text == "allow";
        return text == "allow" || text == "refuse" ? std::string{}
                                                   : text + " is none of refuse,allow";
      });
}

std::string access_flags::set_local(const std::string& text) {
  const auto scopes =
      text == "none" ? std::optional{rights::scope_set{}} : rights::parse_scopes(text);
  if (!scopes)
    return text + " is neither all nor none nor a list of " +
           rights::to_text(rights::scope_set::all());
  policy_.local = *scopes;
  return {};
}

std::string access_flags::set_anonymous(const std::string& text) {
  const auto scopes =
      text == "none" ? std::optional{rights::scope_set{}} : rights::parse_scopes(text);
  if (!scopes)
    return text + " is neither all nor none nor a list of " + scopes_for_others();
  policy_.remote = scopes->without(rights::scope::admin);
  if (text != "all" && scopes->contains(rights::scope::admin))
    return "admin cannot be given to other machines";
  return {};
}

std::string access_flags::append_host(std::string_view text) {
  auto name = lower(text);
  if (name.ends_with('.'))
    name.pop_back();
  if (!is_host_name(name))
    return (text.empty() ? "an empty name" : std::string{text}) +
           " is not a host name without a port, like counters.example";
  if (is_ipv4(name))
    return name + " is an address, for which no --allow-host is needed";
  if (policy_.browsers.hosts.size() == counter::limits::hosts_max)
    return "there are more than " + std::to_string(counter::limits::hosts_max) + " names";
  policy_.browsers.hosts.push_back(std::move(name));
  return {};
}

std::string access_flags::append_origin(std::string_view text) {
  auto origin = lower(text);
  if (origin != any_origin && !is_origin(origin))
    return (text.empty() ? "an empty origin" : std::string{text}) +
           " is not an origin, like https://app.example or http://localhost:3000, nor *";
  if (policy_.browsers.origins.size() == counter::limits::origins_max)
    return "there are more than " + std::to_string(counter::limits::origins_max) + " origins";
  policy_.browsers.origins.push_back(std::move(origin));
  return {};
}

/// A service manager puts secrets there (systemd's LoadCredential=).
void access_flags::find_credential() {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr || *directory == '\0')
    return;
  const auto path = std::string{directory} + "/tokens";
  std::error_code error;
  // If the system does not let us see whether it exists, reading it will say why.
  // A symbolic link to nothing exists, too: whoever has put it there means it.
  if (std::filesystem::symlink_status(path, error).type() == std::filesystem::file_type::not_found)
    return;
  tokens_file_ = path;
  flags_.set_default("tokens", path);
}

std::string access_flags::finish(const std::vector<listen_address>& listen) {
  if (policy_.browsers.origins.size() > 1 && policy_.browsers.is_open_to_all())
    return flags_.source("allow-origin") + ": * stands for every origin, alone";
  if (tokens_file_.empty())
    find_credential();
  if (!tokens_file_.empty() && flags_.source("anonymous-local").empty())
    policy_.local = {};
  policy_.browsers.checks_every_host = !policy_.browsers.hosts.empty();
  for (const auto& address : listen)
    if (is_host_name(lower(address.host)))
      policy_.browsers.listen_names.push_back(lower(address.host));
  return {};
}

}  // namespace config
