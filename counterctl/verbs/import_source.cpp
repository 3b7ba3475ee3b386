#include "counterctl/verbs/import_source.hpp"

#include "counterctl/failure.hpp"
#include "counterctl/formats/line_reader.hpp"
#include "counterctl/output/progress.hpp"
#include "counterctl/output/terminal.hpp"
#include "counterctl/verbs/context.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <istream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace counterctl {

namespace {

constexpr std::uint64_t shown_max = 20;
/// `name,value` and more, in any case, with quotes or without.
bool is_csv_header(std::string_view line) {
  std::string lower{line};
  lower.erase(std::remove(lower.begin(), lower.end(), '"'), lower.end());
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower.starts_with("name,value");
}

}  // namespace

void input_problems::add(const std::string& where, const std::string& reason) {
  if (++count_ <= shown_max)
    tell(where + ": " + reason);
}

void input_problems::finish() const {
  if (count_ > shown_max)
    tell("and " + grouped(count_ - shown_max) + " more");
}

void read_file(const std::string& path, file_format format, import_spool& spool,
               input_problems& problems) {
  const bool is_stdin = path.empty() || path == "-";
  std::ifstream file;
  if (!is_stdin) {
    file.open(path);
    if (!file)
      throw failure{exit_code::usage, path + ": " + std::strerror(errno)};
  }
  std::istream& input = is_stdin ? std::cin : file;
  if (is_stdin && is_terminal(STDIN_FILENO))
    tell("reading counters from the terminal, to the end: Ctrl-D");
  const auto source = is_stdin ? std::string{"stdin"} : path;
  progress progress{"read", "line"};
  bool is_first = true;
  for (line_reader lines{input}; lines.next();) {
    const std::string_view text{lines.line()};
    if (text.find_first_not_of(" \t") == text.npos)
      continue;
    if (std::exchange(is_first, false) && format == file_format::csv && is_csv_header(text))
      continue;
    const auto where = source + ":" + std::to_string(lines.number());
    if (lines.is_too_long()) {
      problems.add(where, "the line has more than 64 KiB");
      continue;
    }
    try {
      const auto entry = parse_entry(text, format);
      check_expiry(entry, now());
      spool.append({entry, lines.number()});
    } catch (const failure&) {
      throw;
    } catch (const std::runtime_error& error) {
      problems.add(where, error.what());
    }
    progress.show(lines.number());
  }
  if (input.bad())
    throw failure{exit_code::usage, source + ": " + std::strerror(errno)};
}

}  // namespace counterctl
