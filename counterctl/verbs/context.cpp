#include "counterctl/verbs/context.hpp"

#include "counter/duration.hpp"
#include "counterctl/client/retry_policy.hpp"
#include "counterctl/failure.hpp"
#include "counterctl/formats/answers.hpp"
#include "counterctl/output/progress.hpp"
#include "counterctl/output/terminal.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

#include <unistd.h>

namespace counterctl {

namespace {

using clock = std::chrono::steady_clock;

// Three times what a request with all its repetitions may take: for the first time, for another
// time with the key that a failure shows, and for a person in between. 500 writes a second fit the
// server's million of keys.
constexpr std::chrono::minutes random_key_ttl{30};
// What is done once a day has a key of its own.
constexpr std::chrono::hours own_key_ttl{24};

/// Returns a time rounded down, to minutes if it is long.
std::string in_short(std::chrono::milliseconds time) {
  using namespace std::chrono;
  return counter::to_text(time >= minutes{2} ? milliseconds{floor<minutes>(time)}
                                             : milliseconds{floor<seconds>(time)});
}

client_settings with_log(client_settings settings, bool is_verbose) {
  settings.on_retry = [is_verbose, was_told = false](const std::string& reason) mutable {
    // Who waits at a terminal wants to know what for.
    if (is_verbose || (!std::exchange(was_told, true) && is_terminal(STDERR_FILENO)))
      tell(reason + "; sending again");
  };
  return settings;
}

}  // namespace

context::context(context_settings settings)
    : settings_(std::move(settings)),
      client_(with_log(settings_.server, settings_.is_verbose)),
      random_key_(random_key()) {}

request context::with_key(request request, const std::string& part) const {
  if (!request.is_write || !settings_.has_keys)
    return request;
  const bool is_random = settings_.key.empty();
  return with_named_key(std::move(request), (is_random ? random_key_ : settings_.key) + part,
                        is_random ? std::chrono::seconds{random_key_ttl} : own_key_ttl);
}

request context::with_named_key(request request, std::string key) const {
  return with_named_key(std::move(request), std::move(key), own_key_ttl);
}

request context::with_named_key(request request, std::string key, std::chrono::seconds ttl) const {
  request.key = std::move(key);
  request.key_ttl = std::min(ttl, key_ttl_max_);
  return request;
}

std::chrono::milliseconds context::time_for(const request& request) const {
  const std::chrono::milliseconds ttl = std::min(request.key_ttl, key_ttl_max_);
  return request.key.empty() ? settings_.server.timeout
                             : std::min(settings_.server.timeout, ttl / 2);
}

std::optional<std::string> context::same_command() const {
  if (!settings_.has_keys)
    return std::nullopt;
  const std::string same = "give the same command --key ";
  // A key that was given may have been a random one of an earlier command.
  const auto ttl = std::min(std::chrono::seconds{random_key_ttl}, key_ttl_max_);
  const auto timeout = std::min(settings_.server.timeout, std::chrono::milliseconds{ttl} / 2);
  if (!settings_.key.empty())
    return same + settings_.key + " within " + in_short(ttl - timeout) + " of its first use";
  // The server may have the key since the first attempt, and the command that is given again sends
  // until its own timeout is over.
  const auto since = first_key_at_ ? clock::now() - *first_key_at_ : clock::duration{0};
  const auto left = std::chrono::floor<std::chrono::milliseconds>(ttl - timeout - since);
  if (left < std::chrono::seconds{1})
    return std::nullopt;
  return same + random_key_ + " within " + in_short(left);
}

std::string context::recovery() const {
  if (!recovery_.empty())
    return recovery_;
  if (const auto same = same_command())
    return "to make sure, " + *same + ": it counts once";
  return settings_.has_keys ? "its key is too old to ask with: look before you send it again"
                            : "look before you send it again";
}

response context::send(const request& request) {
  return send_as_it_is(with_key(request));
}

response context::send_as_it_is(const request& request) {
  return send_within(request, time_for(request));
}

response context::send_within(request request, std::chrono::milliseconds limit) {
  request.key_ttl = std::min(request.key_ttl, key_ttl_max_);
  auto response = exchange(request, limit);
  if (request.key.empty() || !refuses_key_ttl(response.status, problem_of(response.body).detail))
    return response;
  // The server forgets keys earlier than others do: no attempt may come after that.
  key_ttl_max_ = std::chrono::seconds{idempotency_of(ask({.target = "/v1/info"}).body).ttl_seconds};
  request.key_ttl = std::min(request.key_ttl, key_ttl_max_);
  return exchange(request, std::min(limit, time_for(request)));
}

response context::exchange(const request& request, std::chrono::milliseconds timeout) {
  if (!request.key.empty() && !first_key_at_)
    first_key_at_ = clock::now();
  try {
    auto response = client_.send(request, timeout);
    if (settings_.is_verbose && response.is_replayed)
      tell("replayed: the server had carried out this request before, with this key");
    return response;
  } catch (const unreachable& error) {
    throw failure{exit_code::unreachable, to_text(settings_.server.address) + ": " + error.what()};
  } catch (const outcome_unknown& error) {
    throw failure{exit_code::outcome_unknown, to_text(settings_.server.address) + ": " +
                                                  error.what() +
                                                  "; the change may have been made: " + recovery()};
  }
}

response context::ask(const request& request, const std::string& subject) {
  return accept(send(request), subject);
}

response context::ask_as_it_is(const request& request) {
  return accept(send_as_it_is(request), {});
}

response context::ask_once(const request& request, std::chrono::milliseconds timeout) {
  return accept(exchange(request, timeout), {});
}

response context::accept(response response, const std::string& subject) const {
  if (response.is_success())
    return response;
  if (!response.location.empty())
    throw failure{exit_code::refused,
                  "the server sends us on to " + response.location + ": use that address"};
  const auto problem = problem_of(response.body);
  const auto code = code_of(response.status, problem);
  throw failure{code, describe(response.status, problem, subject) +
                          (code == exit_code::outcome_unknown ? "; " + recovery() : "")};
}

records context::print(std::vector<column> columns) const {
  return {settings_.format, settings_.is_terminal, std::move(columns)};
}

exit_code code_of(int status, const problem& problem) noexcept {
  const auto& code = problem.code;
  if (code == "not-found" || code == "limit-reached" || code == "overflow" ||
      code == "backup-exists" || status == 412)
    return exit_code::not_satisfied;
  if (code == "outcome-unknown")
    return exit_code::outcome_unknown;
  return status == 503 ? exit_code::unreachable : exit_code::refused;
}

std::string describe(int status, const problem& problem, const std::string& subject) {
  auto text = subject.empty() ? std::string{} : subject + ": ";
  // Where the detail alone does not say what is wrong.
  if (!problem.title.empty() && (problem.code == "overflow" || status == 507))
    text += problem.title + ": ";
  text += problem.detail.empty() ? "the server answers with status " + std::to_string(status)
                                 : problem.detail;
  if (status == 401)
    text += " (COUNTERD_TOKEN or --token-file has it)";
  if (problem.code == "idempotency-store-full")
    text += " (--no-key)";
  if (problem.value)
    text += " (its value is " + std::to_string(*problem.value) + ")";
  return text;
}

void tell(const std::string& message) {
  clear_progress();
  std::cout.flush();
  std::cerr << "counterctl: " << escape(message) << std::endl;
}

void check_output() {
  if (!std::cout.flush())
    throw failure{exit_code::partly, "stdout cannot be written: the output is incomplete"};
}

}  // namespace counterctl
