#include "counterctl/verbs/batch.hpp"

#include "counterctl/client/operation_request.hpp"
#include "counterctl/failure.hpp"
#include "counterctl/formats/answers.hpp"
#include "counterctl/formats/line_reader.hpp"
#include "counterctl/output/progress.hpp"
#include "counterctl/output/terminal.hpp"
#include "counterctl/verbs/operations.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

namespace counterctl {

namespace {

constexpr std::size_t body_bytes_max = 900 * 1024;

/// The operations of stdin, in batches.
class batch_run {
public:
  explicit batch_run(context& context)
      : context_(context),
        rows_(context.print({{"STATUS", true}, {"NAME"}, {"VALUE", true}, {"DETAIL"}})) {}

  void add(const std::string& line, std::uint64_t number) {
    if (line.find_first_not_of(" \t") == line.npos)
      return;
    if (!is_json_object(line))
      stop("stdin:" + std::to_string(number) + ": no JSON object of up to 64 KiB, like " +
           R"({"op":"add","name":"hits"})");
    if (operations_.size() >= batch_max || bytes_ + line.size() > body_bytes_max)
      send();
    operations_.push_back(line);
    lines_.push_back(number);
    bytes_ += line.size() + 1;
  }

  void send() {
    if (operations_.empty())
      return;
    const auto results = send_operations();
    for (std::size_t i = 0; i < results.size(); ++i)
      print(results[i], operations_[i]);
    check_rows();
    progress_.show(done_ + refused_);
    operations_.clear();
    lines_.clear();
    bytes_ = 0;
  }

  exit_code finish() {
    rows_.flush();
    check_rows();
    if (refused_ == 0)
      return exit_code::done;
    if (const auto text = advice(); !text.empty())
      tell(text);
    if (unknown_ > 0)
      return exit_code::outcome_unknown;
    if (done_ == 0 && unsettled_ > 0)
      return exit_code::unreachable;
    return done_ > 0 ? exit_code::partly : code_;
  }

private:
  std::vector<operation_result> send_operations() {
    const auto request =
        context_.keys().with_key(to_batch(operations_), "-" + std::to_string(lines_.front()));
    try {
      return send_until_settled(context_, request);
    } catch (const batch_refused& error) {
      code_ = error.code();
      const auto index = static_cast<std::size_t>(error.index().value_or(0));
      stop("stdin:" + std::to_string(lines_.at(std::min(index, lines_.size() - 1))) + ": " +
           error.what());
    } catch (const failure& error) {
      code_ = error.code();
      stop(error.what());
    }
  }

  void check_rows() {
    try {
      check_output();
    } catch (const failure& error) {
      code_ = error.code();
      const auto same = context_.keys().same_command(std::chrono::steady_clock::now());
      stop(error.what() + (same ? "; to go on, " + *same + ": nothing counts twice" : ""));
    }
  }

  /// Returns what to do about operations that are not settled; empty if all are.
  std::string advice() const {
    if (unknown_ > 0)
      return counted(unknown_, "operation") + " may have been carried out: " + context_.recovery();
    if (unsettled_ == 0)
      return {};
    const auto same = context_.keys().same_command(std::chrono::steady_clock::now());
    return counted(unsettled_, "operation") + " can be tried again" +
           (same ? ": " + *same + ", and the others do not count again"
                 : ", alone: the others would count again");
  }

  [[noreturn]] void stop(std::string message) {
    rows_.flush();
    if (unknown_ > 0 && code_ != exit_code::outcome_unknown)
      message += "; " + advice();
    if (unknown_ > 0)
      code_ = exit_code::outcome_unknown;
    const bool is_partly = done_ + refused_ > 0 && code_ != exit_code::outcome_unknown;
    throw failure{is_partly ? exit_code::partly : code_,
                  message + "; before that, " + counted(done_, "operation") +
                      (done_ == 1 ? " was" : " were") + " carried out"};
  }

  void print(const operation_result& result, const std::string& operation) {
    if (result.is_success())
      ++done_;
    else
      code_ = code_of(result.status, result.problem);
    refused_ += result.is_success() ? 0 : 1;
    unknown_ += result.problem.code == "outcome-unknown" ? 1 : 0;
    unsettled_ += result.status == 503 ? 1 : 0;
    rows_.add({std::to_string(result.status), member_of(operation, "name"),
               result.state ? std::to_string(result.state->value) : "", result.problem.code},
              result.line);
  }

  context& context_;
  progress progress_{"sent", "operation", progress::beside::rows_on_stdout};
  records rows_;
  std::vector<std::string> operations_;
  std::size_t bytes_ = 0;
  std::vector<std::uint64_t> lines_;  // of the operations
  std::uint64_t done_ = 0, refused_ = 0, unknown_ = 0, unsettled_ = 0;
  exit_code code_ = exit_code::usage;
};

}  // namespace

exit_code batch(context& context) {
  if (is_terminal(STDIN_FILENO))
    tell("reading operations from the terminal, to the end: Ctrl-D");
  // Whoever reads the results may end before. Then what was done is still to be told.
  std::signal(SIGPIPE, SIG_IGN);
  batch_run run{context};
  for (line_reader lines{std::cin}; lines.next();)
    run.add(lines.line(), lines.number());
  run.send();
  return run.finish();
}

}  // namespace counterctl
