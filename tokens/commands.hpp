#pragma once

#include "rights/grant.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace tokens {

// What `counterd token` does. Each throws std::runtime_error, of one line, if the file is faulty or
// cannot be read or written.

struct created_token {
  std::string token;  ///< which nobody can find out later
  std::string line;   ///< for the token file, without a line end
};

/// Makes a token that gives `grant`.
created_token create(const rights::grant& grant);

/// Appends a line to `file`, which is created if it is missing. Throws std::runtime_error, too, if
/// a token in the file has this name. Calls `announce` when nothing but the disk can refuse; what
/// it throws leaves the file as it is.
void append(const std::string& line, std::string_view name, const std::string& file,
            const std::function<void()>& announce);

struct judgement {
  bool is_good;
  std::string
      text;  ///< what the token gives, in lines; or why it is refused, in one without its end
};

/// Judges a token as a server with this file would at the time `now`.
judgement check(std::string_view token, const std::string& file, std::chrono::sys_seconds now);

/// Removes the line of a token from the file. Returns false if there is none of this name.
bool revoke(const std::string& name, const std::string& file);

}  // namespace tokens
