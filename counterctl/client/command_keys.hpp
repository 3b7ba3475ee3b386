#pragma once

#include "counterctl/client/request.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace counterctl {

/// The idempotency keys of one command: how long a server remembers them, and how somebody settles
/// with them what has become of a change. Asks no clock.
class command_keys {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `given` is the key of --key; empty: a random one. Without `are_used` no request gets a key.
  /// `timeout`: how long a request may take with its repetitions.
  command_keys(std::string given, bool are_used, std::chrono::milliseconds timeout);

  /// Gives a write the key of the command, with `part` behind it, which tells apart what one
  /// command sends.
  request with_key(request request, const std::string& part = {}) const;
  /// Gives it another key, which lives for a day if the server permits.
  request with_named_key(request request, std::string key) const;
  /// Lets the key of a request live no longer than the server permits.
  request within_ttl(request request) const;
  /// Returns how long a request may be repeated: at most for half of its key's time, so that there
  /// is time left to make sure.
  std::chrono::milliseconds time_for(const request& request) const;

  /// A request with a key is sent now, for the first time.
  void on_sent(const request& request, time_point now);
  /// The server has taken it.
  void on_taken() noexcept { is_ttl_known_ = true; }
  /// The server has refused it, because it remembers keys for this time at most.
  void on_ttl_refused(std::chrono::seconds ttl_max);

  /// Returns `give the same command --key K within T`, by which it counts once; nullopt if it has
  /// no key, or too little of its key's time is left.
  std::optional<std::string> same_command(time_point now) const;
  /// Returns what to do if the outcome is unknown.
  std::string recovery(time_point now) const;
  /// Returns how long after its first use a named key can still be used, as a text; nullopt if that
  /// is too short.
  std::optional<std::string> named_key_life() const;

private:
  request with(request request, std::string key, std::chrono::seconds ttl) const;

  const bool are_used_, is_given_;
  const std::string key_;
  const std::chrono::milliseconds timeout_;
  const std::chrono::seconds ttl_;
  std::chrono::seconds ttl_max_;  ///< as far as the server has said
  bool is_ttl_known_ = false;     ///< it has
  std::optional<time_point> first_sent_at_;
  std::string last_sent_;
  bool are_several_ = false;
};

}  // namespace counterctl
