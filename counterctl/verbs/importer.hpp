#pragma once

#include "counterctl/client/request.hpp"
#include "counterctl/failure.hpp"
#include "counterctl/formats/answers.hpp"
#include "counterctl/formats/operation.hpp"
#include "counterctl/formats/problem.hpp"
#include "counterctl/output/progress.hpp"
#include "counterctl/verbs/import.hpp"
#include "counterctl/verbs/import_source.hpp"
#include "counterctl/verbs/import_spool.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace counterctl {

/// What became of the counters.
struct import_result {
  std::uint64_t imported = 0;
  std::uint64_t replayed = 0;     ///< of these: by an earlier import
  std::uint64_t overwritten = 0;  ///< of these: had another value
  bool is_exact = true;           ///< no response was lost that would have told of these
  std::uint64_t present = 0;      ///< mode `absent`: the counter is there
  std::uint64_t expired = 0;
};

/// Sends what a spool has (see import_counters()).
class importer {
public:
  importer(context& context, const import_arguments& arguments, import_spool& spool,
           input_problems& problems);

  /// Throws failure if the server does not take more; result() then has what it took.
  void run();
  const import_result& result() const noexcept { return result_; }
  /// Returns the exit code of the last counter that was refused; `done` if none was.
  exit_code refusal() const noexcept { return refusal_; }

private:
  bool adds_once() const;
  void check_room();
  void take(const spooled_entry& entry, expiry_time now);
  operation to_operation(const spooled_entry& entry, expiry_time now) const;
  void send_batch();
  void send_alone(const spooled_entry& entry, expiry_time now);
  request with_key(request request, const std::string& part) const;
  void count_overwritten(const operation_result& result, const spooled_entry& entry);
  void count(int status, const problem& problem, bool is_replayed, const spooled_entry& entry);

  context& context_;
  const import_arguments& arguments_;
  import_spool& spool_;
  input_problems& problems_;
  import_result result_;
  exit_code refusal_ = exit_code::done;
  std::optional<failure> lacks_room_;  ///< unless the server has the keys already
  progress progress_{"imported", "counter"};
  std::vector<spooled_entry> batch_;
  std::vector<std::string> operations_;  ///< the same as JSON
  std::size_t bytes_ = 0;
};

}  // namespace counterctl
