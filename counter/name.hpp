#pragma once

#include <string_view>

namespace counter {

/// True if `name` may name a counter: 1 to limits::name_bytes_max bytes of
/// valid UTF-8 (RFC 3629) without control characters (U+0000-U+001F, U+007F).
bool is_valid_name(std::string_view name) noexcept;

/// True if `name` may name a backup, which is a directory: 1 to
/// limits::backup_name_bytes_max bytes of A-Z, a-z, 0-9, `.`, `_` and `-`, not
/// beginning with a dot.
bool is_valid_backup_name(std::string_view name) noexcept;

}  // namespace counter
