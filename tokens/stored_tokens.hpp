#pragma once

#include "rights/token_line.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace tokens {

/// What tells two states of a file apart: another file has its name, or it was written to. Whoever
/// may change it otherwise, such as its mode, is seen as well.
struct file_state {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::int64_t modified = 0;  ///< in nanoseconds since 1970
  std::int64_t changed = 0;   ///< the same

  bool operator==(const file_state&) const = default;
};

/// Returns the state of a file, behind symbolic links; nullopt if there is none.
std::optional<file_state> state_of(const std::string& path) noexcept;

/// A token file as it was read.
struct stored_tokens {
  std::string text;
  std::vector<rights::token_entry> entries;
  file_state state;
};

/// What a file is or contains makes it unusable, until somebody changes it.
struct faulty_token_file : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads and parses a token file. Throws faulty_token_file, of one line that repeats nothing of the
/// file, if anybody but root and the user of this process may write it, or replace it in its folder
/// or in that of the symbolic link `path`, or if a line is wrong: `FILE:7: problem`. Throws another
/// std::runtime_error if it cannot be read now.
stored_tokens read_tokens(const std::string& path);

/// Throws as read_tokens() does if others may put a file into the folder of `path`, a file that is
/// still to be created, or if `path` is a symbolic link, which the file would replace.
void check_new_file(const std::string& path);

/// Excludes other programs that change the token files of one folder, until destroyed. What is read
/// from a file meanwhile is what write_tokens() replaces.
class folder_lock {
public:
  /// Locks the folder of a file, behind symbolic links. Waits for others for up to five seconds.
  /// Throws std::runtime_error, of one line.
  explicit folder_lock(const std::string& path);
  ~folder_lock();
  folder_lock(const folder_lock&) = delete;
  folder_lock& operator=(const folder_lock&) = delete;

private:
  int descriptor_;
};

/// Replaces the contents of a file, behind symbolic links, in one step: a reader sees the old text
/// or the new one, also after a crash. Its mode and its owner stay; a new file has mode 0600.
/// Throws std::runtime_error, of one line.
void write_tokens(const std::string& path, const std::string& text);

}  // namespace tokens
