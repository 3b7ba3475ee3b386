#pragma once

#include "config/options.hpp"
#include "metrics/family.hpp"
#include "service/configuration.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace service {

/// Applies changes of the configuration to a server that runs: all of them, or none if anything is
/// wrong, or if what bounds the rights of clients would go and nothing took its place. What would
/// need a restart stays as it is, with a line in the log. Used on one thread, which may wait for a
/// disk.
class reloader {
public:
  struct actions {
    std::function<config::request()> parse;  ///< reads flags, variables and file anew
    /// Returns why a server with these options must not be reached as it is; otherwise "".
    std::function<std::string(const config::options&)> objection;
    std::function<void(const config::options&)> apply;  ///< has the server use them
  };

  /// `running` is what the server was started with.
  reloader(configuration running, actions given);

  /// Reads everything anew and applies what has changed: for SIGHUP.
  void reload();

  /// Applies the token file if it has changed: for every few seconds. One that was written to in
  /// the last second waits: returns true, and is to be called again a second later.
  bool check_tokens();

  /// Adds what became of the last reload. Thread-safe.
  void report(metrics::report& report) const;

private:
  void reload_or_throw();
  void apply(config::options options);
  std::set<std::string> all_origins(const std::vector<std::string>& origins) const;

  configuration running_;
  const std::vector<config::flag_value> started_flags_;
  const counter::limits limits_;
  const actions actions_;
  std::set<std::string> origins_;  // all that there ever were
  std::atomic<bool> has_reload_failed_ = false;
  std::atomic<bool> have_tokens_failed_ = false;
  std::atomic<std::int64_t> succeeded_at_;  // in seconds since 1970
  std::atomic<std::uint64_t> restart_flags_ = 0;
  std::atomic<std::size_t> tokens_;
};

}  // namespace service
