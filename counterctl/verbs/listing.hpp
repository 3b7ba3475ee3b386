#pragma once

#include "counterctl/formats/answers.hpp"
#include "counterctl/verbs/context.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace counterctl {

/// Which counters to list.
struct listing {
  std::string prefix{};
  std::string after{};  ///< only names behind it, in byte order; empty: all
  std::size_t page_size = 1000;
};

/// Asks for page after page, in byte order of the names, and passes each to `visit`, until that
/// returns false or there are no more.
void for_each_page(context& context, const listing& listing,
                   const std::function<bool(const counter_page&)>& visit);

/// Prints counters: all, or the first `limit`, and then says that there are more.
exit_code list(context& context, const std::string& prefix, std::size_t limit, bool is_all);

/// Prints the counters with the greatest values, the greatest first.
exit_code top(context& context, const std::string& prefix, std::size_t limit);

}  // namespace counterctl
