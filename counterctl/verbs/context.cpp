#include "counterctl/verbs/context.hpp"

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
      keys_(settings_.key, settings_.has_keys, settings_.server.timeout) {}

std::string context::recovery() const {
  return recovery_ ? recovery_() : keys_.recovery(clock::now());
}

response context::send(const request& request) {
  return send_as_it_is(keys_.with_key(request));
}

response context::send_as_it_is(const request& request) {
  return send_within(request, keys_.time_for(request));
}

response context::send_within(request request, std::chrono::milliseconds limit) {
  const auto end = clock::now() + limit;
  const auto left = [end] {
    return std::chrono::ceil<std::chrono::milliseconds>(
        std::max<clock::duration>(end - clock::now(), std::chrono::milliseconds{1}));
  };
  request = keys_.within_ttl(std::move(request));
  auto response = exchange(request, limit);
  if (request.key.empty() || !refuses_key_ttl(response.status, problem_of(response.body).detail))
    return response;
  // The server forgets keys earlier than others do: no attempt may come after that.
  const auto info =
      accept(exchange({.target = "/v1/info", .answer = {answer_kind::info}}, left()), {});
  keys_.on_ttl_refused(std::chrono::seconds{idempotency_of(info.body).ttl_seconds});
  request = keys_.within_ttl(std::move(request));
  return exchange(request, std::min(left(), keys_.time_for(request)));
}

response context::exchange(const request& request, std::chrono::milliseconds timeout) {
  if (!request.key.empty())
    keys_.on_sent(request, clock::now());
  try {
    auto response = client_.send(request, timeout);
    if (!request.key.empty() && response.is_success())
      keys_.on_taken();
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
  if (problem.code == "overflow")
    text += "the result would overflow: ";
  else if (!problem.title.empty() && status == 507)
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
