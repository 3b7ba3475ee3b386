#pragma once

#include "counterctl/client/client.hpp"
#include "counterctl/exit_code.hpp"
#include "counterctl/formats/problem.hpp"
#include "counterctl/output/records.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace counterctl {

/// How the user wants to send and to see things.
struct context_settings {
  client_settings server;
  output_format format = output_format::plain;
  bool is_terminal = false;  ///< stdout
  bool is_verbose = false;
  std::string key{};  ///< of --key; empty: a random one for each write
  bool has_keys = true;
};

/// What every command has.
class context {
public:
  explicit context(context_settings settings);

  const context_settings& settings() const noexcept { return settings_; }
  counterctl::client& client() noexcept { return client_; }
  bool is(output_format format) const noexcept { return settings_.format == format; }

  /// Gives a write its key: that of --key, or a random one for this command, with `part` behind it,
  /// which tells apart what one command sends; with --no-key none.
  request with_key(request request, const std::string& part = {}) const;

  /// Gives it another key, which lives for a day if the server permits.
  request with_named_key(request request, std::string key) const;
  /// Returns how long a request may be repeated: at most for half of its key's time, so that there
  /// is time left to make sure.
  std::chrono::milliseconds time_for(const request& request) const;

  /// Sets what the message of a change with an unknown outcome advises. Unless set: to give the key
  /// to the same command.
  void set_recovery(std::string advice) { recovery_ = std::move(advice); }
  /// Returns that advice, with the time that is left for it.
  std::string recovery() const;
  /// Returns `give the same command --key K within T`, by which a write counts once; nullopt if it
  /// has no key, or too little of its key's time is left.
  std::optional<std::string> same_command() const;

  /// Sends a request until its outcome is known; a write with its key. Throws failure if no answer
  /// settles it.
  response send(const request& request);
  /// Sends a request that has its key, and does the same.
  response send_as_it_is(const request& request);
  /// The same within this time, which is at most time_for() it.
  response send_within(request request, std::chrono::milliseconds limit);
  /// Sends a request whose refusal ends the program: throws failure with what the server says of
  /// `subject`.
  response ask(const request& request, const std::string& subject = {});
  /// The same for a request that has its key, or needs none.
  response ask_as_it_is(const request& request);
  /// The same for what has no key: sent once, with a time limit of its own.
  response ask_once(const request& request, std::chrono::milliseconds timeout);

  /// Prints rows with these columns.
  records print(std::vector<column> columns) const;

private:
  response exchange(const request& request, std::chrono::milliseconds timeout);
  request with_named_key(request request, std::string key, std::chrono::seconds ttl) const;
  response accept(response response, const std::string& subject) const;

  context_settings settings_;
  counterctl::client client_;
  std::string random_key_;
  std::chrono::seconds key_ttl_max_ = std::chrono::hours{24};  ///< as far as the server has said
  std::string recovery_;
  /// When the first write with a key was sent, whose key is forgotten first.
  std::optional<std::chrono::steady_clock::time_point> first_key_at_;
};

/// Returns the exit code for a refusal.
exit_code code_of(int status, const problem& problem) noexcept;

/// Returns `SUBJECT: what the server says`, for people.
std::string describe(int status, const problem& problem, const std::string& subject);

/// Prints a line on stderr.
void tell(const std::string& message);

/// Throws failure if stdout could not be written: the disk is full, for example.
void check_output();

}  // namespace counterctl
