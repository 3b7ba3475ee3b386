#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace bench {

/// Names of 20 bytes.
inline std::vector<std::string> make_names(std::size_t count) {
  std::vector<std::string> names(count);
  for (std::size_t i = 0; i < count; ++i) {
    char name[32];
    std::snprintf(name, sizeof name, "%020zu", i);
    names[i] = name;
  }
  return names;
}

/// Cheap and good enough to choose a name.
class random_numbers {
public:
  explicit random_numbers(std::size_t seed) noexcept : state_(seed) {}

  std::size_t below(std::size_t end) noexcept {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return (state_ >> 33) % end;
  }

private:
  std::size_t state_;
};

}  // namespace bench
