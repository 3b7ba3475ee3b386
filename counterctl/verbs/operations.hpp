#pragma once

#include "counterctl/failure.hpp"
#include "counterctl/formats/answers.hpp"
#include "counterctl/formats/operation.hpp"
#include "counterctl/verbs/context.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace counterctl {

/// The maximum of operations in a batch, and of counters on a page.
inline constexpr std::size_t batch_max = 1000;

/// The server refuses a batch as a whole.
class batch_refused : public failure {
public:
  batch_refused(exit_code code, const std::string& message, std::optional<std::int64_t> index)
      : failure(code, message),
        index_(index) {}

  /// Returns which operation is wrong, if one is.
  std::optional<std::int64_t> index() const noexcept { return index_; }

private:
  std::optional<std::int64_t> index_;
};

/// Sends the request of a batch, and returns the results of its operations, in order, of which
/// there are `request.answer.results`. While some are unsettled, sends a batch with a key again,
/// until the timeout is over. Throws failure if the batch is refused as a whole.
std::vector<operation_result> send_until_settled(context& context, const request& request);

/// Does so with up to batch_max operations. `part` is that of context::with_key().
std::vector<operation_result> send_batch(context& context, const std::vector<operation>& operations,
                                         const std::string& part = {});

/// Returns the columns for states of counters: name, value, version, expiry; in `plain` the value,
/// and the name if `names_are_plain`.
std::vector<column> state_columns(bool names_are_plain);
/// Returns the cells of a row with these columns.
std::vector<std::string> state_cells(const counter_state& state);

}  // namespace counterctl
