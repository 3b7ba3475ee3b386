#include "counterctl/output/live_table.hpp"

#include "counterctl/output/terminal.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <utility>

namespace counterctl {

namespace {

constexpr std::size_t rows_max = 10'000;
constexpr std::size_t value_width = 20;
constexpr std::size_t rate_width = 12;

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

/// Cuts a text to a width, and fills it up to that.
std::string left(std::string text, std::size_t width) {
  while (width_of(text) > width) {
    // A character of UTF-8 is cut whole.
    do
      text.pop_back();
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80);
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0)
      text.pop_back();
  }
  return text + std::string(width - width_of(text), ' ');
}

}  // namespace

std::string live_table::row::rate(clock::time_point now) const {
  const auto seconds = std::chrono::duration<double>(now - since).count();
  if (!value || seconds < 1 || *value == first)
    return "";
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f/s",
                (static_cast<double>(*value) - static_cast<double>(first)) / seconds);
  return text;
}

void live_table::set(const std::string& name, std::int64_t value) {
  if (rows_.size() >= rows_max && !rows_.contains(name))
    return;
  auto& one = rows_[name];
  if (!one.value) {
    one.first = value;
    one.since = clock::now();
  }
  one.value = value;
}

void live_table::remove(const std::string& name) {
  if (rows_.size() < rows_max || rows_.contains(name))
    rows_[name].value = std::nullopt;
}

void live_table::clear() {
  rows_.clear();
}

void live_table::note(const std::string& text) {
  note_ = text;
  draw();
}

void live_table::print(const std::string& line) {
  std::cout << line << "\x1b[K\n";
  ++lines_;
}

void live_table::draw() {
  if (lines_ > 0)
    std::cout << "\x1b[" << lines_ << "A";
  lines_ = 0;
  const auto columns = terminal_columns();
  // The header, the last line, and that of the cursor.
  const auto room = std::max<std::size_t>(terminal_rows(), 4) - 3;
  const auto name_width =
      std::max<std::size_t>(columns, value_width + rate_width + 12) - value_width - rate_width - 1;
  print(left("NAME", name_width) + right("VALUE", value_width) + right("CHANGE", rate_width));
  const auto now = clock::now();
  std::size_t shown = 0;
  for (const auto& [name, one] : rows_) {
    if (shown++ >= room)
      break;
    print(left(escape(name), name_width) +
          right(one.value ? std::to_string(*one.value) : "gone", value_width) +
          right(one.rate(now), rate_width));
  }
  const auto more = rows_.size() - std::min(rows_.size(), room);
  auto last = more > 0 ? "and " + std::to_string(more) + " more" : std::string{};
  if (!note_.empty())
    last += (last.empty() ? "" : "; ") + std::exchange(note_, {});
  if (!last.empty())
    print(left(escape(last), columns - 1));
  std::cout << "\x1b[J" << std::flush;
}

}  // namespace counterctl
