#include "counterctl/client/client.hpp"

#include "counterctl/client/retry_policy.hpp"
#include "counterctl/formats/answers.hpp"
#include "counterctl/formats/problem.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>
#include <random>
#include <thread>

namespace counterctl {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// The first attempt of many has a seventh of the time, so that a lost packet does not cost all of
// it; each has twice that of the one before, so that a slow server is waited for.
constexpr int first_share = 7;
constexpr milliseconds attempt_min{1000};
// An attempt that is cut off at once would only leave a doubt.
constexpr milliseconds last_attempt_min{250};

double random_fraction() {
  static std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution<>{0, 1}(engine);
}

verdict judge_response(const request& request, const response& response, bool was_in_doubt) {
  // The page of a network's login, for example.
  if (response.is_success() && !is_answer(response.status, response.body, request.answer))
    return verdict::in_doubt;
  const auto problem = problem_of(response.body);
  if (refuses_key_ttl(response.status, problem.detail))
    return verdict::settled;
  const auto in_doubt = request.key.empty() ? earlier_attempts::are_in_doubt
                                            : earlier_attempts::are_in_doubt_with_key;
  return judge(response.status, problem.code,
               was_in_doubt ? in_doubt : earlier_attempts::did_nothing);
}

std::string describe(const response& response) {
  if (response.is_success())
    return "the answer is not a counterd's: is the address right?";
  const auto problem = problem_of(response.body);
  return "the server answers " + std::to_string(response.status) +
         (problem.detail.empty() ? "" : ": " + problem.detail);
}

}  // namespace

client::client(const client_settings& settings)
    : settings_(settings),
      connection_(settings.address, settings.token) {}

response client::send(const request& request) {
  return send(request, settings_.timeout);
}

response client::send(const request& request, milliseconds timeout) {
  const auto end = clock::now() + timeout;
  const bool is_repeatable = !request.is_write || !request.key.empty() || request.may_be_repeated;
  // What cannot be sent again waits for its only answer.
  auto attempt_time = is_repeatable ? std::max(attempt_min, timeout / first_share) : timeout;
  bool is_in_doubt = false;
  for (unsigned attempt = 0;; ++attempt) {
    std::string reason;
    milliseconds floor{0};
    try {
      auto response = connection_.exchange(request, std::min(end, clock::now() + attempt_time));
      const auto verdict = judge_response(request, response, is_in_doubt);
      if (verdict == verdict::settled) {
        response.was_in_doubt = is_in_doubt;
        return response;
      }
      is_in_doubt |= request.is_write && verdict == verdict::in_doubt;
      reason = describe(response);
      floor = response.retry_after;
    } catch (const unreachable& error) {
      if (is_in_doubt)
        throw outcome_unknown{error.what(), request.key};
      throw;
    } catch (const connection_error& error) {
      is_in_doubt |= request.is_write && error.was_sent();
      reason = error.what();
    }
    const auto pause = pause_before(attempt, random_fraction(), floor);
    attempt_time *= 2;
    if ((is_in_doubt && !is_repeatable) || clock::now() + pause + last_attempt_min >= end) {
      if (is_in_doubt)
        throw outcome_unknown{reason, request.key};
      throw unreachable{reason};
    }
    if (settings_.on_retry)
      settings_.on_retry(reason);
    std::this_thread::sleep_for(pause);
  }
}

std::string random_key() {
  return boost::uuids::to_string(boost::uuids::random_generator{}());
}

}  // namespace counterctl
