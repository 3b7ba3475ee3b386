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

  /// Reads the file if it has changed, and returns its tokens; null if it has not. Throws as
  /// read_tokens() does, and tokens() stays as it is: once for each state of the file, but each
  /// time if the file could not be read. If `now` is true, reads it also if the last attempt has
  /// failed.
  ///
  /// A file that was written to in place within the last second counts as unchanged, unless `now`
  /// is true: it may be half written. One that took the place of another is complete.
  token_set check(bool now = false);

private:
  void read();

  const std::string path_;
  std::optional<file_state> state_;  // at the last look; nullopt: there was no file
  bool has_failed_ = false;          // the last attempt to read it
  token_set tokens_;
  token_set previous_;  // so that no event loop has to free what it uses last
};

}  // namespace tokens
