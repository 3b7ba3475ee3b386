#include "rights/token_file.hpp"

#include "rights/limits.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace rights {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Removes the first line from `rest`, with its end, and returns it, with its end.
std::string_view take_line(std::string_view& rest) noexcept {
  const auto line = rest.substr(0, rest.find('\n') + (rest.find('\n') == rest.npos ? 0 : 1));
  rest.remove_prefix(line.size());
  return line;
}

std::string_view without_end(std::string_view line) noexcept {
  for (const char end : {'\n', '\r'})
    if (line.ends_with(end))
      line.remove_suffix(1);
  return line;
}

/// Returns true for a line that is empty or a comment.
bool is_ignored(std::string_view line) noexcept {
  const auto begin = line.find_first_not_of(" \t");
  return begin == line.npos || line[begin] == '#';
}

/// Reads the lines of a file one after another.
class reader {
public:
  std::vector<token_entry> entries;

  /// Returns the problem with the next line, otherwise "".
  line_problem add(std::string_view line) {
    if (++lines_ > limits::lines_max)
      return "there are too many lines: " + std::to_string(limits::lines_max) + " are allowed";
    if (line.size() > limits::line_bytes_max)
      return "the line is longer than " + std::to_string(limits::line_bytes_max) + " bytes";
    if (is_ignored(line))
      return {};
    auto parsed = parse_token_line(line);
    if (auto* problem = std::get_if<line_problem>(&parsed))
      return std::move(*problem);
    auto& entry = std::get<token_entry>(parsed);
    if (entries.size() == limits::tokens_max)
      return "there are too many tokens: " + std::to_string(limits::tokens_max) + " are allowed";
    if (!names_.insert(entry.grant.name).second)
      return "another token has this name";
    if (!digests_.insert(entry.digest).second)
      return "another line has this digest";
    entries.push_back(std::move(entry));
    return {};
  }

private:
  std::size_t lines_ = 0;
  std::set<std::string> names_;
  std::set<digest> digests_;
};

}  // namespace

std::variant<std::vector<token_entry>, file_fault> parse_token_file(std::string_view text) {
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  reader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = take_line(text);
    // The end of a line has what limits its token: without it there would be more rights.
    if (!line.ends_with('\n'))
      return file_fault{number, "the line has no end, so it may be incomplete: add a newline"};
    if (auto problem = reader.add(without_end(line)); !problem.empty())
      return file_fault{number, std::move(problem)};
  }
  return std::move(reader.entries);
}

std::string without_token(std::string_view text, std::string_view name) {
  std::string rest;
  if (text.starts_with(byte_order_mark)) {
    rest = byte_order_mark;
    text.remove_prefix(byte_order_mark.size());
  }
  while (!text.empty()) {
    const auto line = take_line(text);
    const auto content = without_end(line);
    const auto parsed = is_ignored(content) ? line_problem{} : parse_token_line(content);
    const auto* entry = std::get_if<token_entry>(&parsed);
    if (entry == nullptr || entry->grant.name != name)
      rest += line;
  }
  return rest;
}

}  // namespace rights
