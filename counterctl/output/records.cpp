#include "counterctl/output/records.hpp"

#include "counterctl/output/terminal.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

namespace counterctl {

namespace {

constexpr std::size_t rows_max = 1000;
constexpr std::string_view gap = "  ";

}  // namespace

records::records(output_format format, bool is_terminal, std::vector<column> columns)
    : format_(format),
      is_terminal_(is_terminal),
      columns_(std::move(columns)) {
  for (const auto& column : columns_)
    widths_.push_back(column.title.size());
}

records::~records() {
  flush();
}

std::string records::clean(std::string_view text) const {
  return is_terminal_ ? escape(text) : std::string{text};
}

void records::add(std::vector<std::string> cells, std::string_view json) {
  if (format_ == output_format::json) {
    // The server ends a body with a line feed.
    json.remove_suffix(json.ends_with('\n') ? 1 : 0);
    std::cout << clean(json) << '\n';
    return;
  }
  for (auto& cell : cells)
    cell = clean(cell);
  if (format_ == output_format::table) {
    rows_.push_back(std::move(cells));
    if (rows_.size() >= rows_max)
      flush();
    return;
  }
  std::string_view separator;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!columns_[i].is_plain)
      continue;
    std::cout << separator << cells[i];
    separator = "\t";
  }
  std::cout << '\n';
}

void records::flush() {
  if (!rows_.empty())
    print_table();
  std::cout.flush();
}

void records::print_table() {
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths_[i] = std::max(widths_[i], width_of(row[i]));
  const auto print = [this](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string padding(widths_[i] - std::min(widths_[i], width_of(cells[i])), ' ');
      line += i == 0 ? "" : gap;
      line += columns_[i].is_number ? padding + cells[i] : cells[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << '\n';
  };
  if (!std::exchange(has_header_, true)) {
    std::vector<std::string> titles;
    titles.reserve(columns_.size());
    for (const auto& column : columns_)
      titles.push_back(column.title);
    print(titles);
  }
  for (const auto& row : rows_)
    print(row);
  rows_.clear();
}

}  // namespace counterctl
