#include "config/public_flags.hpp"

#include "config/item_list.hpp"
#include "config/value_flags.hpp"
#include "counter/duration.hpp"
#include "rights/grant.hpp"
#include "rights/limits.hpp"

#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

namespace config {

namespace {

/// All of these flags: each event loop can get other names.
constexpr bool reloadable = true;

constexpr std::string_view every_name = "*";

std::string append_prefix(std::vector<std::string>& prefixes, std::string_view text) {
  if (prefixes.size() == rights::limits::public_prefixes_max)
    return "there are more than " + std::to_string(rights::limits::public_prefixes_max) +
           " prefixes";
  if (text == every_name) {
    prefixes.emplace_back();
    return {};
  }
  auto parsed = rights::parse_prefixes(text);
  if (!parsed)
    return (text.empty() ? "an empty prefix" : std::string{text}) +
           " is not the beginning of a name: 1 to 256 bytes of UTF-8, percent-encoded but for "
           "letters, digits and -._~/:@; * is every counter";
  prefixes.push_back(std::move(parsed->front()));
  return {};
}

void add_prefixes(flag_set& flags, const std::string& name, std::vector<std::string>& prefixes,
                  const std::string& help) {
  flags.add_repeatable(
      name, {"PREFIX", "", help, reloadable}, [&prefixes](const std::string& text) {
        return for_each_item(
            text, [&prefixes](std::string_view item) { return append_prefix(prefixes, item); });
      });
}

}  // namespace

void add_public_flags(flag_set& flags, rights::public_names& names) {
  add_prefixes(flags, "public", names.readable,
               "Let anybody see the counters whose names begin so as /badge/NAME.svg or .json; "
               "repeatable; * is every counter");
  add_prefixes(flags, "public-hit", names.countable,
               "The same, and let anybody add 1 to those that exist, by /hit/NAME.svg, .json or "
               ".gif; repeatable");
  add_duration(
      flags, "hit-interval", names.hit_interval,
      "Hits of one address on one counter count once in this time; 0: each counts",
      {.max = std::chrono::hours{365 * 24}, .has_zero = true, .is_reloadable = reloadable});
}

std::string objection_to_hits(const rights::public_names& names, const counter::limits& limits) {
  if (names.countable.empty() || names.hit_interval <= limits.longest_key_life())
    return {};
  if (limits.idempotency_records_max == 0)
    return "--public-hit remembers who has counted, which --idempotency-max 0 rules out: give "
           "--hit-interval 0, and each hit counts";
  return "--hit-interval " + counter::to_text(names.hit_interval) +
         " is longer than anything is remembered, see --idempotency-ttl: " +
         counter::to_text(limits.idempotency_ttl);
}

std::string warning_of_proxies(const rights::access_policy& policy) {
  const auto& names = policy.published;
  const bool publishes = !names.readable.empty() || !names.countable.empty();
  if (!publishes || policy.remote || policy.local == rights::scope_set{})
    return {};
  return "--public and --public-hit take no rights away: clients of a proxy on this machine have "
         "the rights of this machine, unless --anonymous limits them, as --anonymous none does";
}

}  // namespace config
