#include "config/config_file.hpp"

#include "counter/control_character.hpp"
#include "counter/limits.hpp"
#include "counter/utf8.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace config {

namespace {

constexpr std::size_t file_bytes_max = std::size_t{1} << 20;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Where an array's word ends. Another value's word ends at the same without `,` and `]`.
constexpr std::string_view word_ends = " \t\n#,]";

/// A name may have a line feed, as in "a\nb"; a fault has none.
setting faulty(std::string fault, std::size_t line = 0) {
  counter::hide_control_characters(fault);
  return {{}, {}, line, std::move(fault)};
}

class parser {
public:
  /// Both must outlive the parser.
  parser(std::string_view text, const std::string& path) : rest_(text), path_(path) {
    if (rest_.starts_with(byte_order_mark))
      rest_.remove_prefix(byte_order_mark.size());
    refuse_binary();
  }

  std::vector<setting> parse() {
    std::vector<setting> settings;
    for (skip_blank(); !rest_.empty(); skip_blank()) {
      try {
        settings.push_back(parse_setting());
      } catch (const std::runtime_error& error) {
        settings.push_back(faulty(error.what(), line_));
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      }
    }
    return settings;
  }

private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw std::runtime_error(path_ + ":" + std::to_string(line_) + ": " + problem);
  }

  /// A zero byte would cut a directory's name short, and UTF-16 is full of them.
  void refuse_binary() {
    for (auto text = rest_; !text.empty(); ++line_) {
      const auto line = text.substr(0, text.find('\n'));
      if (!counter::is_valid_utf8(line))
        fail("the line is not UTF-8");
      if (std::any_of(line.begin(), line.end(),
                      [](char c) { return counter::is_control_character(c) && c != '\t'; }))
        fail("the line contains a control character");
      text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    line_ = 1;
  }

  bool is_at(char c) const { return !rest_.empty() && rest_.front() == c; }

  bool is_at_line_end() const { return rest_.empty() || is_at('\n') || is_at('#'); }

  bool skip(char c) {
    if (!is_at(c))
      return false;
    rest_.remove_prefix(1);
    line_ += c == '\n' ? 1 : 0;
    return true;
  }

  void skip_spaces() {
    while (skip(' ') || skip('\t')) {
    }
  }

  /// Skips spaces, comments and line ends.
  void skip_blank() {
    do {
      skip_spaces();
      if (is_at('#'))
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    } while (skip('\n'));
  }

  setting parse_setting() {
    if (is_at('['))
      fail("there are no sections");
    setting parsed{.name = parse_name(), .values = {}, .line = line_};
    skip_spaces();
    if (!skip('='))
      fail("there is no `=` after " + parsed.name);
    skip_spaces();
    if (is_at_line_end())
      fail(parsed.name + " has no value");
    if (skip('['))
      parsed.values = parse_array();
    else
      parsed.values = {parse_value(word_ends.substr(0, word_ends.find(',')))};
    skip_spaces();
    if (!is_at_line_end())
      fail("quote the value of " + parsed.name);
    return parsed;
  }

  std::string parse_name() {
    if (is_at('"') || is_at('\''))
      return parse_string();
    const auto name = rest_.substr(0, rest_.find_first_of(" \t\n#="));
    if (name.empty())
      fail("there is no name before `=`");
    rest_.remove_prefix(name.size());
    return std::string{name};
  }

  /// The opening bracket has been skipped.
  std::vector<std::string> parse_array() {
    std::vector<std::string> values;
    for (skip_blank(); !skip(']'); skip_blank()) {
      if (rest_.empty())
        fail("there is no `]` at the end of the array");
      values.push_back(parse_value(word_ends));
      skip_blank();
      if (!skip(',') && !is_at(']'))
        fail("there is no `,` or `]` after " + values.back());
    }
    return values;
  }

  std::string parse_value(std::string_view ends) {
    if (is_at('"') || is_at('\''))
      return parse_string();
    const auto word = rest_.substr(0, rest_.find_first_of(ends));
    rest_.remove_prefix(word.size());
    // A word that goes on after its # is more likely a name than a comment.
    if (word.empty() || word.find_first_of("\"'[") != word.npos || is_at('#'))
      fail("quote the value that contains one of \" ' [ # or is empty");
    return std::string{word};
  }

  std::string parse_string() {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::string value;
    while (!skip(quote)) {
      if (rest_.empty() || is_at('\n'))
        fail(std::string{"there is no "} + quote + " at the end of the string");
      value += quote == '"' && skip('\\') ? parse_escape() : rest_.front();
      rest_.remove_prefix(1);
    }
    return value;
  }

  /// Returns what the character after a backslash stands for.
  char parse_escape() const {
    constexpr std::string_view escapes = "\"\\tnr";
    constexpr std::string_view meanings = "\"\\\t\n\r";
    const auto index = rest_.empty() ? escapes.npos : escapes.find(rest_.front());
    if (index == escapes.npos)
      fail("write \\\\ for a backslash, or put the string in '");
    return meanings[index];
  }

  std::string_view rest_;
  const std::string& path_;
  std::size_t line_ = 1;
};

/// Reads the rest of a descriptor that does not block. Returns false, with errno set, if it cannot
/// be read, or if nobody writes in time.
bool read_all(int descriptor, std::string& text) {
  const auto end = std::chrono::steady_clock::now() + counter::limits::config_patience;
  std::array<char, 16 * 1024> buffer{};
  while (text.size() <= file_bytes_max) {
    const auto bytes = ::read(descriptor, buffer.data(), buffer.size());
    if (bytes == 0)
      return true;
    if (bytes > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(bytes));
      continue;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd ready{descriptor, POLLIN, 0};
    if (errno == EAGAIN &&
        ::poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) == 0)
      errno = ETIMEDOUT;
    if (errno != EAGAIN && errno != EINTR)
      return false;
  }
  return true;
}

/// Reads a file, or a pipe that somebody writes to. Returns what is wrong, otherwise "".
std::string read(const std::string& path, std::string& text) {
  const auto cannot = [&path] { return "cannot read " + path + ": " + std::strerror(errno); };
  // A pipe without a writer must not block whoever opens it.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0)
    return cannot();
  std::string fault;
  struct stat state {};
  if (!read_all(descriptor, text))
    fault = cannot();
  else if (text.size() > file_bytes_max)
    fault = path + " is no config file: it is larger than 1 MiB";
  else if (text.empty() && ::fstat(descriptor, &state) == 0 && S_ISFIFO(state.st_mode))
    fault = "cannot read " + path + ": nobody writes to this pipe";
  ::close(descriptor);
  return fault;
}

}  // namespace

std::vector<setting> parse_config(std::string_view text, const std::string& path) {
  std::string unix_text;
  unix_text.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!text.substr(i).starts_with("\r\n"))
      unix_text += text[i];
  try {
    return parser{unix_text, path}.parse();
  } catch (const std::runtime_error& error) {  // it is no text
    return {faulty(error.what())};
  }
}

std::vector<setting> read_config_file(const std::string& path) {
  std::string text;
  if (const auto fault = read(path, text); !fault.empty())
    return {faulty(fault)};
  return parse_config(text, path);
}

}  // namespace config
