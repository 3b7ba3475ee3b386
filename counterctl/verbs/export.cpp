#include "counterctl/verbs/export.hpp"

#include "counterctl/failure.hpp"
#include "counterctl/output/progress.hpp"
#include "counterctl/verbs/listing.hpp"

#include <cstdint>
#include <iostream>

namespace counterctl {

namespace {

/// A text as a word of a shell, for who copies it.
std::string quote_shell(const std::string& text) {
  std::string quoted{"'"};
  for (const char c : text)
    quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return quoted + "'";
}

}  // namespace

exit_code export_counters(context& context, const std::string& prefix, const std::string& after,
                          file_format format) {
  std::uint64_t count = 0;
  std::string last;
  try {
    progress progress{"exported", "counters"};
    if (format == file_format::csv && after.empty())
      std::cout << csv_header << '\n';
    for_each_page(context, {prefix, after}, [&](const counter_page& page) {
      for (const auto& counter : page.counters)
        std::cout << to_line(counter, format) << '\n';
      check_output();
      count += page.counters.size();
      if (!page.counters.empty())
        last = page.counters.back().name;
      progress.show(count);
      return true;
    });
  } catch (const failure& error) {
    if (last.empty() || error.code() == exit_code::partly)
      throw;
    throw failure{error.code(), std::string{error.what()} + ". " + grouped(count) +
                                    " counters are exported; to go on, say --after " +
                                    quote_shell(last)};
  }
  tell("exported " + counted(count, "counter"));
  return exit_code::done;
}

}  // namespace counterctl
