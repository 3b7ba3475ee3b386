#include "counterctl/verbs/export.hpp"

#include "counterctl/failure.hpp"
#include "counterctl/formats/shell_word.hpp"
#include "counterctl/output/progress.hpp"
#include "counterctl/output/terminal.hpp"
#include "counterctl/verbs/listing.hpp"

#include <cstdint>
#include <iostream>
#include <utility>

namespace counterctl {

exit_code export_counters(context& context, const std::string& prefix, const std::string& after,
                          file_format format) {
  // Names may have what a terminal obeys. As JSON, the line stays the same counter.
  const auto shown = [is_terminal = context.settings().is_terminal](const std::string& line) {
    return is_terminal ? escape(line) : line;
  };
  std::uint64_t count = 0;
  std::string last;
  try {
    counterctl::progress progress{"exported", "counter",
                                  counterctl::progress::beside::rows_on_stdout};
    bool has_header = format != file_format::csv || !after.empty();
    for_each_page(context, {prefix, after}, [&](const counter_page& page) {
      if (!std::exchange(has_header, true))
        std::cout << csv_header << '\n';
      for (const auto& counter : page.counters)
        std::cout << shown(to_line(counter, format)) << '\n';
      check_output();
      count += page.counters.size();
      if (!page.counters.empty())
        last = page.counters.back().name;
      progress.show(count);
      return true;
    });
  } catch (const failure& error) {
    if (last.empty() || !std::cout)
      throw;
    throw failure{error.code(),
                  std::string{error.what()} + ". " + counted(count, "counter") +
                      (count == 1 ? " is" : " are") +
                      " exported; to go on, say --after=" + shell_word(last, escape(last) != last)};
  }
  tell("exported " + counted(count, "counter"));
  return exit_code::done;
}

}  // namespace counterctl
