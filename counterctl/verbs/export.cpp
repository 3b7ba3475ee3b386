#include "counterctl/verbs/export.hpp"

#include "counterctl/failure.hpp"
#include "counterctl/output/progress.hpp"
#include "counterctl/output/terminal.hpp"
#include "counterctl/verbs/listing.hpp"

#include <cstdint>
#include <iostream>

namespace counterctl {

namespace {

std::string octal(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const auto digit = [byte](int shift) { return static_cast<char>('0' + (byte >> shift & 7)); };
    if (byte < 0x7f && c != '\'' && c != '\\')
      result += c;
    else
      result.append({'\\', digit(6), digit(3), digit(0)});
  }
  return result;
}

/// A text as a word of a shell, for who copies it; as `$'\342'` if the terminal does not show it as
/// it is.
std::string quote_shell(const std::string& text) {
  if (escape(text) != text)
    return "$'" + octal(text) + "'";
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
    progress progress{"exported", "counter"};
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
    if (last.empty() || !std::cout)
      throw;
    throw failure{error.code(), std::string{error.what()} + ". " + counted(count, "counter") +
                                    (count == 1 ? " is" : " are") +
                                    " exported; to go on, say --after " + quote_shell(last)};
  }
  tell("exported " + counted(count, "counter"));
  return exit_code::done;
}

}  // namespace counterctl
