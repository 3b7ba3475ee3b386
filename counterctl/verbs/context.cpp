#include "counterctl/verbs/context.hpp"

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

// Time for a person to ask again with the key that a failure shows, and longer than a request with
// all its repetitions may take; 1100 writes a second fit the server's million of keys.
constexpr std::chrono::minutes random_key_ttl{15};

client_settings with_log(client_settings settings, bool is_verbose) {
  settings.on_retry = [is_verbose, was_told = false](const std::string& reason) mutable {
    // Who waits at a terminal wants to know what for.
    if (is_verbose || (!std::exchange(was_told, true) && is_terminal(STDERR_FILENO)))
      tell(reason + "; sending again");
  };
  return settings;
}

/// A server with a shorter --idempotency-ttl does not remember a key for as long.
bool refuses_key_ttl(const response& response) {
  return response.status == 400 &&
         problem_of(response.body).detail.starts_with("Idempotency-Key-TTL");
}

}  // namespace

context::context(context_settings settings)
    : settings_(std::move(settings)),
      client_(with_log(settings_.server, settings_.is_verbose)),
      random_key_(random_key()) {}

request context::with_key(request request, const std::string& part) const {
  if (!request.is_write || !settings_.has_keys)
    return request;
  if (settings_.key.empty()) {
    request.key = random_key_ + part;
    request.key_ttl = random_key_ttl;
  } else {
    request.key = settings_.key + part;
  }
  return request;
}

response context::send(const request& request) {
  return send_as_it_is(with_key(request));
}

std::string context::recovery() const {
  if (!recovery_.empty())
    return recovery_;
  if (!settings_.has_keys)
    return "look before you send it again";
  return "to make sure, give the same command --key " +
         (settings_.key.empty() ? random_key_ + " within 15 minutes" : settings_.key) +
         ": it counts once";
}

/// The server forgets a key earlier than others do: no attempt may come after that.
response context::send_with_shorter_ttl(request request) {
  request.key_ttl = {};
  const auto info = client_.send({.target = "/v1/info"});
  const auto ttl = std::chrono::seconds{idempotency_of(info.body).ttl_seconds};
  return exchange(request, std::min<std::chrono::milliseconds>(settings_.server.timeout, ttl));
}

response context::send_as_it_is(const request& request) {
  auto response = exchange(request, settings_.server.timeout);
  if (request.key_ttl.count() > 0 && refuses_key_ttl(response))
    return send_with_shorter_ttl(request);
  return response;
}

response context::exchange(const request& request, std::chrono::milliseconds timeout) {
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

response context::accept(response response, const std::string& subject) {
  if (response.is_success())
    return response;
  if (!response.location.empty())
    throw failure{exit_code::refused,
                  "the server sends us on to " + response.location + ": use that address"};
  const auto problem = problem_of(response.body);
  throw failure{code_of(response.status, problem), describe(response.status, problem, subject)};
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
