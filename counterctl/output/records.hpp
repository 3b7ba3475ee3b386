#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace counterctl {

/// How results are printed: aligned columns with a header, JSON with one value a line, or values
/// with tabs between them.
enum class output_format { table, json, plain };

struct column {
  std::string title;
  bool is_number = false;  ///< aligned at the right
  bool is_plain = true;    ///< printed in `plain`, too
};

/// Prints rows on stdout. A table is printed in parts of 1000 rows, so that its memory is bounded;
/// later rows may widen its columns. On a terminal, nothing that is printed controls it.
class records {
public:
  records(output_format format, bool is_terminal, std::vector<column> columns);
  /// Prints what is left of a table.
  ~records();
  records(const records&) = delete;
  records& operator=(const records&) = delete;

  /// Prints a row: its cells, one for each column, or its JSON.
  void add(std::vector<std::string> cells, std::string_view json);
  void flush();

private:
  std::string clean(std::string_view text) const;
  void print_table();

  output_format format_;
  bool is_terminal_;
  std::vector<column> columns_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
  bool has_header_ = false;
};

}  // namespace counterctl
