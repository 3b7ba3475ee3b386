#include "counterctl/verbs/counters.hpp"

#include "counterctl/client/operation_request.hpp"
#include "counterctl/failure.hpp"
#include "counterctl/formats/answers.hpp"
#include "counterctl/output/progress.hpp"
#include "counterctl/output/terminal.hpp"
#include "counterctl/verbs/operations.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

#include <unistd.h>

namespace counterctl {

namespace {

constexpr int empty_rounds_max = 1000;

template <class Visit>
void for_each_part(const std::vector<operation>& operations, Visit visit) {
  for (std::size_t begin = 0; begin < operations.size(); begin += batch_max) {
    const auto end = std::min(operations.size(), begin + batch_max);
    visit(std::vector<operation>(operations.begin() + static_cast<std::ptrdiff_t>(begin),
                                 operations.begin() + static_cast<std::ptrdiff_t>(end)),
          begin);
  }
}

/// Collects what was refused: each line on stderr, and the worst exit code.
class refusals {
public:
  void add(int status, const problem& problem, const std::string& name) {
    tell(describe(status, problem, name));
    const auto code = code_of(status, problem);
    code_ = std::max(code_, code);
    is_unknown_ |= code == exit_code::outcome_unknown;
  }
  exit_code code() const noexcept { return code_; }
  /// Returns true if something may have been carried out.
  bool is_unknown() const noexcept { return is_unknown_; }

private:
  exit_code code_ = exit_code::done;
  bool is_unknown_ = false;
};

void print_deleted(const context& context, const std::string& name) {
  auto rows = context.print({{"DELETED", false, false}});
  if (!context.is(output_format::plain))
    rows.add({name}, R"({"name":)" + quote_json(name) + R"(,"deleted":true})");
}

/// Asks on the terminal. Returns true for the answer `yes` or `y`.
bool confirm(const std::string& question) {
  clear_progress();
  std::cerr << question << " Type yes: " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "yes" || answer == "y";
}

/// The failure of a command that has deleted counters before it.
/// `is_exact`: no more than `count` are deleted, unless `error` is in doubt itself.
failure after_deletions(const failure& error, std::uint64_t count, bool is_exact = true) {
  if (count == 0 && is_exact)
    return error;
  const bool is_unknown = error.code() == exit_code::outcome_unknown || count == 0;
  return {is_unknown ? exit_code::outcome_unknown : exit_code::partly,
          error.what() + std::string{"; deleted before that: "} +
              (is_exact ? "" : "perhaps more than ") + counted(count, "counter")};
}

}  // namespace

exit_code get(context& context, const std::vector<std::string>& names) {
  auto rows = context.print(state_columns(names.size() > 1));
  if (names.size() == 1) {
    const auto response = context.ask(to_request({.name = names[0]}), names[0]);
    rows.add(state_cells(parse_state(response.body)), response.body);
    return exit_code::done;
  }
  std::vector<operation> operations;
  operations.reserve(names.size());
  for (const auto& name : names)
    operations.push_back({.name = name});
  refusals refused;
  for_each_part(operations, [&](const std::vector<operation>& part, std::size_t) {
    const auto results = send_batch(context, part);
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (results[i].state)
        rows.add(state_cells(*results[i].state), to_json(*results[i].state));
      else
        refused.add(results[i].status, results[i].problem, part[i].name);
    }
  });
  return refused.code();
}

exit_code change(context& context, const operation& operation) {
  const auto response = context.ask(to_request(operation), operation.name);
  const auto state = parse_state(response.body);
  auto rows = context.print({{"NAME", false, false},
                             {"VALUE", true},
                             {"PREVIOUS", true, false},
                             {"VERSION", true, false},
                             {"EXPIRES", false, false}});
  rows.add({state.name, std::to_string(state.value),
            state.previous ? std::to_string(*state.previous) : "-", std::to_string(state.version),
            state.expires_at},
           response.body);
  rows.flush();
  if (!std::cout)
    throw failure{exit_code::partly, "stdout cannot be written; the change was made"};
  return exit_code::done;
}

exit_code remove(context& context, const std::vector<operation>& operations) {
  if (operations.size() == 1) {
    context.ask(to_request(operations[0]), operations[0].name);
    print_deleted(context, operations[0].name);
    return exit_code::done;
  }
  refusals refused;
  std::uint64_t count = 0;
  try {
    for_each_part(operations, [&](const std::vector<operation>& part, std::size_t begin) {
      const auto results = send_batch(context, part, "-" + std::to_string(begin));
      for (std::size_t i = 0; i < part.size(); ++i) {
        if (results[i].is_success()) {
          print_deleted(context, part[i].name);
          ++count;
        } else {
          refused.add(results[i].status, results[i].problem, part[i].name);
        }
      }
    });
  } catch (const failure& error) {
    throw after_deletions(error, count);
  }
  if (refused.is_unknown()) {
    tell("what is unknown may have been carried out: " + context.recovery());
    return exit_code::outcome_unknown;
  }
  const bool is_partly = count > 0 && refused.code() > exit_code::not_satisfied;
  return is_partly ? exit_code::partly : refused.code();
}

exit_code remove_prefix(context& context, const std::string& prefix, bool is_sure) {
  if (!is_sure && !is_terminal(STDIN_FILENO))
    throw failure{exit_code::usage,
                  "deleting by prefix asks on a terminal: say -y if you are sure"};
  const auto encoded = encode_name(prefix);
  if (!is_sure) {
    const auto body =
        context.ask({.target = "/v1/top?limit=1&prefix=" + encoded, .answer = {answer_kind::top}})
            .body;
    const auto count = static_cast<std::uint64_t>(integer_member_of(body, "seen"));
    if (count == 0)
      throw failure{exit_code::not_satisfied, "no counter begins with " + prefix};
    if (!confirm("Delete " + counted(count, "counter") + " whose names begin with \"" +
                 escape(prefix) + "\"?"))
      throw failure{exit_code::not_satisfied, "nothing is deleted"};
  }
  context.set_recovery([] { return "the same command goes on"; });
  const request step{
      .method = "DELETE",
      .target = "/v1/counters?limit=" + std::to_string(batch_max) + "&prefix=" + encoded,
      .is_write = true,
      .may_be_repeated = true,
      .answer = {.kind = answer_kind::deletion}};
  std::uint64_t count = 0;
  bool is_exact = true;
  int rounds = 0;  // that have deleted nothing
  progress progress{"deleted", "counter"};
  try {
    for (bool has_more = true; has_more;) {
      const auto response = context.ask_as_it_is(step);
      // What a lost response had deleted is in no other.
      is_exact &= !response.was_in_doubt;
      const auto [deleted, is_unfinished] = parse_deletion(response.body);
      has_more = is_unfinished;
      progress.show(count += deleted);
      // Somebody else deletes the same.
      rounds = deleted == 0 ? rounds + 1 : 0;
      if (rounds > empty_rounds_max)
        throw failure{exit_code::refused, "others delete the same counters"};
    }
  } catch (const failure& error) {
    throw after_deletions(error, count, is_exact);
  }
  tell("deleted " + std::string{is_exact ? "" : "at least "} + counted(count, "counter"));
  return exit_code::done;
}

}  // namespace counterctl
