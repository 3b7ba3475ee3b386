#include "counterctl/verbs/listing.hpp"

#include "counterctl/client/operation_request.hpp"
#include "counterctl/failure.hpp"
#include "counterctl/verbs/operations.hpp"

#include <algorithm>

namespace counterctl {

namespace {

counter_page ask_for_page(context& context, const std::string& target, bool is_first) {
  try {
    return parse_page(context.ask({.target = target, .answer = {.kind = answer_kind::page}}).body);
  } catch (const failure& error) {
    if (is_first)
      throw;
    throw failure{exit_code::partly, error.what() + std::string{"; the output is incomplete"}};
  }
}

}  // namespace

void for_each_page(context& context, const listing& listing,
                   const std::function<bool(const counter_page&)>& visit) {
  const auto target = "/v1/counters?limit=" + std::to_string(listing.page_size) +
                      (listing.prefix.empty() ? "" : "&prefix=" + encode_name(listing.prefix));
  auto position = listing.after.empty() ? "" : "&after=" + encode_name(listing.after);
  for (bool is_first = true;; is_first = false) {
    const auto page = ask_for_page(context, target + position, is_first);
    if (!visit(page) || !page.next_cursor)
      return;
    position = "&cursor=" + *page.next_cursor;
  }
}

exit_code list(context& context, const std::string& prefix, std::size_t limit, bool is_all) {
  auto rows = context.print(state_columns(true));
  std::size_t left = limit;
  bool has_more = false;
  for_each_page(context, {prefix, {}, is_all ? batch_max : std::min(limit, batch_max)},
                [&](const counter_page& page) {
                  for (std::size_t i = 0; i < page.counters.size() && (is_all || left > 0); ++i) {
                    rows.add(state_cells(page.counters[i]), page.lines[i]);
                    left -= is_all ? 0 : 1;
                  }
                  check_output();
                  has_more = page.next_cursor.has_value();
                  return is_all || left > 0;
                });
  rows.flush();
  if (has_more)
    tell("there are more counters: -n " + std::to_string(limit * 10) + ", or --all, shows them");
  return exit_code::done;
}

exit_code top(context& context, const std::string& prefix, std::size_t limit) {
  const auto target = "/v1/top?limit=" + std::to_string(limit) +
                      (prefix.empty() ? "" : "&prefix=" + encode_name(prefix));
  const auto page =
      parse_top(context.ask({.target = target, .answer = {.kind = answer_kind::top}}).body);
  auto rows = context.print(state_columns(true));
  for (std::size_t i = 0; i < page.counters.size(); ++i)
    rows.add(state_cells(page.counters[i]), page.lines[i]);
  return exit_code::done;
}

}  // namespace counterctl
