#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace counterctl {

/// Why the server refuses a request (RFC 9457).
struct problem {
  std::string code{};
  std::string title{};
  std::string detail{};                 ///< a sentence, for people
  std::optional<std::int64_t> index{};  ///< of the operation of a batch that is wrong
  std::optional<std::int64_t> value{};  ///< of the counter, if the refusal depends on it
};

/// Returns the problem in a body; of a body that is none, such as a proxy's, an empty one.
problem problem_of(std::string_view body);

}  // namespace counterctl
