#pragma once

#include "counterctl/client/client.hpp"
#include "counterctl/client/command_keys.hpp"
#include "counterctl/exit_code.hpp"
#include "counterctl/formats/problem.hpp"
#include "counterctl/output/records.hpp"

#include <chrono>
#include <functional>
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

  const command_keys& keys() const noexcept { return keys_; }

  /// Sets what the message of a change with an unknown outcome advises. Unless set: to give the key
  /// to the same command.
  void set_recovery(std::function<std::string()> advice) { recovery_ = std::move(advice); }
  /// Returns that advice, as it is now.
  std::string recovery() const;

  /// Sends a request until its outcome is known; a write with its key. Throws failure if no answer
  /// settles it.
  response send(const request& request);
  /// Sends a request that has its key, and does the same.
  response send_as_it_is(const request& request);
  /// The same within this time.
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
  response accept(response response, const std::string& subject) const;

  context_settings settings_;
  counterctl::client client_;
  command_keys keys_;
  std::function<std::string()> recovery_;
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
