#pragma once

#include <string>
#include <string_view>

namespace counterctl {

/// Returns a text as a word of a shell, for who copies it from a message: as it is if it needs no
/// quotes. With `is_ascii`, what is no ASCII is written as `$'\342'`, which bash and zsh read: for
/// a terminal that would not show it as it is.
std::string shell_word(std::string_view text, bool is_ascii = false);

}  // namespace counterctl
