#include "counterctl/verbs/operations.hpp"

#include "counterctl/client/operation_request.hpp"
#include "counterctl/client/retry_policy.hpp"
#include "counterctl/failure.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace counterctl {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause_between{500};

bool is_unsettled(const operation_result& result) {
  return judge(result.status, result.problem.code) != verdict::settled;
}

}  // namespace

std::vector<operation_result> send_until_settled(context& context, const request& request) {
  const auto begin = clock::now();
  bool was_in_doubt = false;
  for (;;) {
    // The first round may have found out that the server forgets the key earlier.
    const auto end = begin + context.keys().time_for(request);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
    const auto response = context.send_within(request, left);
    if (!response.is_success()) {
      const auto problem = problem_of(response.body);
      throw batch_refused{code_of(response.status, problem), describe(response.status, problem, {}),
                          problem.index};
    }
    auto results = parse_results(response.body);
    was_in_doubt |= response.was_in_doubt;
    for (auto& result : results)
      result.was_in_doubt = was_in_doubt;
    // With its key, the batch goes on where it was refused.
    if (request.key.empty() ||
        clock::now() + pause_between > begin + context.keys().time_for(request) ||
        std::none_of(results.begin(), results.end(), &is_unsettled))
      return results;
    std::this_thread::sleep_for(pause_between);
  }
}

std::vector<operation_result> send_batch(context& context, const std::vector<operation>& operations,
                                         const std::string& part) {
  return send_until_settled(context, context.keys().with_key(to_batch(operations), part));
}

std::vector<column> state_columns(bool names_are_plain) {
  return {{"NAME", false, names_are_plain},
          {"VALUE", true},
          {"VERSION", true, false},
          {"EXPIRES", false, false}};
}

std::vector<std::string> state_cells(const counter_state& state) {
  return {state.name, std::to_string(state.value), std::to_string(state.version), state.expires_at};
}

}  // namespace counterctl
