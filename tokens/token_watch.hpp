#pragma once

#include "rights/token_set.hpp"
#include "tokens/stored_tokens.hpp"

#include <memory>
#include <optional>
#include <string>

namespace tokens {

/// The tokens of a file that may change at any time.
class token_watch {
public:
  using token_set = std::shared_ptr<const rights::token_set>;

  /// Reads the file. Throws as read_tokens() does.
  explicit token_watch(std::string path);

  const std::string& path() const noexcept { return path_; }

  /// The tokens that were read last without a fault.
  const token_set& tokens() const noexcept { return tokens_; }

  /// Reads the file if it has changed or the last attempt has failed, and returns its tokens; null
  /// if they are the same. Throws as read_tokens() does, and tokens() stays as it is: once for each
  /// fault, until there is another or none. If `now` is true, reads the file in any case, and
  /// throws each time.
  ///
  /// A file that was written to in place within the last second counts as unchanged once, unless
  /// `now` is true: it may be half written. One that took the place of another is complete.
  token_set check(bool now = false);

  /// Returns true if the last check() has left the file because it may be half written.
  bool is_being_written() const noexcept { return is_being_written_; }

private:
  void take(stored_tokens stored);

  const std::string path_;
  std::optional<file_state> state_;  // at the last look; nullopt: there was no file
  std::string fault_;                // of the last attempt to read it; empty: it was read
  bool is_being_written_ = false;
  token_set tokens_;
  token_set previous_;  // so that no event loop has to free what it uses last
};

}  // namespace tokens
