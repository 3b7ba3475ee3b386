#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace counterctl {

/// True if the descriptor is a terminal.
bool is_terminal(int descriptor) noexcept;
/// True if the descriptor is a regular file.
bool is_file(int descriptor) noexcept;

/// Columns of the terminal on stdout; 80 if it does not say.
std::size_t terminal_columns() noexcept;
/// Rows of the terminal on stdout; 24 if it does not say.
std::size_t terminal_rows() noexcept;

/// Returns `text` with the characters that control a terminal, or turn the direction of writing, as
/// `\u202e`: C0, DEL, C1, and the marks, embeddings, overrides and isolates of bidirectional text.
/// What is no UTF-8 becomes `\xff`. As JSON the result means the same.
std::string escape(std::string_view text);

/// Returns how many columns a terminal shows a text in: 2 for wide characters, 0 for combining
/// ones.
std::size_t width_of(std::string_view text);

}  // namespace counterctl
