#include "service/reloader.hpp"

#include "config/flag_value.hpp"
#include "config/public_flags.hpp"
#include "counter/limits.hpp"
#include "process/patient_log.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace service {

namespace {

std::int64_t now() noexcept {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

void log(spdlog::level::level_enum level, const std::string& line) {
  process::log_patiently(level, line);
}

bool has_flag(const config::options& options, std::string_view name) {
  return std::any_of(options.flags.begin(), options.flags.end(), [name](const auto& flag) {
    return flag.name == name && !flag.source.empty();
  });
}

/// What clients behind a proxy on this machine may do.
rights::scope_set forwarded(const rights::access_policy& policy) {
  return policy.remote.value_or(policy.local).without(rights::scope::admin);
}

/// Returns why a file that is empty, or a credential that is gone, would give somebody rights that
/// nothing in the configuration names; otherwise "".
std::string unnamed_rights(const config::options& running, const config::options& next) {
  const auto &now = running.access, &then = next.access;
  if (!now.local.contains(then.local) && !has_flag(next, "anonymous-local"))
    return running.tokens_file.empty()
               ? "it has no --anonymous-local any more: say what clients on this machine may do; "
                 "all is everything"
               : "it has no --tokens any more, and no --anonymous-local says what clients on this "
                 "machine may do without";
  if (now.remote && !then.remote && !forwarded(now).contains(forwarded(then)))
    return "it has no --anonymous any more, so clients behind a proxy on this machine would have "
           "the rights of this machine: say what they may do; none is nothing";
  return {};
}

std::string tokens_from(const tokens::token_watch& watch) {
  const auto count = watch.tokens()->size();
  return std::to_string(count) + (count == 1 ? " token from " : " tokens from ") + watch.path();
}

std::size_t count_tokens(const config::options& options) {
  return options.access.tokens ? options.access.tokens->size() : 0;
}

std::string text_of(const std::vector<std::string>& faults) {
  std::string text;
  for (const auto& fault : faults)
    text += (text.empty() ? "" : "; ") + fault;
  return text;
}

/// Returns the names of those flags that need a restart, or of those that do not.
std::string names_of(const std::vector<config::flag_value>& flags, bool reloadable) {
  std::string names;
  for (const auto& flag : flags)
    if (flag.is_reloadable == reloadable)
      names += (names.empty() ? "--" : ", --") + flag.name;
  return names;
}

}  // namespace

reloader::reloader(configuration running, actions given)
    : running_(std::move(running)),
      started_flags_(running_.options.flags),
      limits_(running_.options.limits),
      actions_(std::move(given)),
      origins_(running_.options.access.browsers.origins.begin(),
               running_.options.access.browsers.origins.end()),
      succeeded_at_(now()),
      tokens_(count_tokens(running_.options)) {}

void reloader::reload() {
  try {
    reload_or_throw();
  } catch (const std::exception& error) {
    has_reload_failed_ = true;
    log(spdlog::level::warn, std::string{"the configuration stays as it was: "} + error.what());
  }
}

void reloader::reload_or_throw() {
  auto parsed = actions_.parse();
  if (const auto* exit = std::get_if<config::early_exit>(&parsed))
    throw std::runtime_error(text_of(exit->faults));
  auto options = std::get<config::options>(std::move(parsed));
  if (const auto objection = actions_.objection(options); !objection.empty())
    throw std::runtime_error(objection);
  // New limits need a restart.
  if (const auto objection = config::objection_to_hits(options.access.published, limits_);
      !objection.empty())
    throw std::runtime_error("until a restart, " + objection);
  if (const auto rights = unnamed_rights(running_.options, options); !rights.empty())
    throw std::runtime_error(rights);
  // A restart would refuse it.
  if (const auto exposure = config::exposure_of(options); !exposure.empty())
    throw std::runtime_error(exposure);
  auto origins = all_origins(options.access.browsers.origins);
  // The server listens where it has listened since the start.
  options.access.browsers.listen_names = running_.options.access.browsers.listen_names;
  // The tokens last: what is known of their file changes when it is read.
  auto& watch = running_.watch;
  const auto before = running_.options.access.tokens;
  read_tokens(options.tokens_file, watch);
  if (watch)
    options.access.tokens = watch->tokens();
  const auto changed = config::changed_flags(running_.options.flags, options.flags);
  const auto pending = config::changed_flags(started_flags_, options.flags);
  const auto has_new_tokens = watch && watch->tokens() != before;
  const bool has_lost_tokens = before && !watch;
  // Those lines of the reload that the old or the new level lets through.
  const auto log_level = options.log_level;
  spdlog::set_level(std::min(running_.options.log_level, log_level));
  for (const auto& warning : options.warnings)
    log(spdlog::level::warn, warning);
  const auto restart = names_of(pending, false);
  restart_flags_ = static_cast<std::uint64_t>(std::count_if(
      pending.begin(), pending.end(), [](const auto& flag) { return !flag.is_reloadable; }));
  origins_ = std::move(origins);
  apply(std::move(options));
  has_reload_failed_ = false;
  auto applied = names_of(changed, true);
  if (has_lost_tokens && applied.find("--tokens") == applied.npos)  // of a credential
    applied += (applied.empty() ? "" : ", ") + std::string{"no tokens any more"};
  if (has_new_tokens)
    applied += (applied.empty() ? "" : ", ") + tokens_from(*watch);
  log(spdlog::level::info, "read the configuration: " +
                               (applied.empty() ? "nothing that a running server can change has "
                                                  "changed"
                                                : applied));
  if (!restart.empty())
    log(spdlog::level::warn, "a restart is needed for the new value of " + restart);
  spdlog::set_level(log_level);
}

/// Returns these origins and all before. Each event loop keeps what it has made of an origin,
/// because pending responses refer to it.
std::set<std::string> reloader::all_origins(const std::vector<std::string>& origins) const {
  auto all = origins_;
  all.insert(origins.begin(), origins.end());
  if (all.size() > counter::limits::origins_max)
    throw std::runtime_error("more than " + std::to_string(counter::limits::origins_max) +
                             " origins since the start need a restart");
  return all;
}

bool reloader::check_tokens() {
  if (!running_.watch)
    return false;
  try {
    const auto tokens = running_.watch->check();
    if (!tokens)
      return running_.watch->is_being_written();
    auto options = running_.options;
    options.access.tokens = tokens;
    apply(std::move(options));
    log(spdlog::level::info, "read " + tokens_from(*running_.watch));
  } catch (const std::exception& error) {
    have_tokens_failed_ = true;
    log(spdlog::level::warn,
        std::string{"the tokens that were read before stay valid: "} + error.what());
  }
  return false;
}

void reloader::apply(config::options options) {
  actions_.apply(options);
  tokens_ = count_tokens(options);
  running_.options = std::move(options);
  have_tokens_failed_ = false;
  succeeded_at_ = now();
}

void reloader::report(metrics::report& report) const {
  using metrics::kind;
  report.add(kind::gauge, "counterd_config_last_reload_successful",
             "1 if the last reload of the configuration or the tokens was applied, 0 if it was "
             "refused; after a refused SIGHUP until the next one.",
             has_reload_failed_ || have_tokens_failed_ ? 0 : 1);
  report.add(kind::gauge, "counterd_config_last_reload_success_timestamp_seconds",
             "When the configuration that is in use was read, since 1970.",
             static_cast<double>(succeeded_at_.load()));
  report.add(kind::gauge, "counterd_tokens",
             "Tokens in the file of --tokens, expired ones included.",
             static_cast<double>(tokens_.load()));
  report.add(kind::gauge, "counterd_config_restart_flags", "Flags whose new values need a restart.",
             static_cast<double>(restart_flags_.load()));
}

}  // namespace service
