#pragma once

#include "http/api/v1/list_reader.hpp"
#include "http/api/v1/scan_exchange.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace http::v1 {

/// The counters with the greatest values, the greatest first; of equal values, in byte order of the
/// names. Looks at every counter with the prefix and keeps no more than the response has. A counter
/// that changes meanwhile counts with its value at the moment when it was looked at.
class top_exchange final : public scan_exchange {
public:
  explicit top_exchange(list_parameters list);

private:
  struct entry {
    std::string name;
    counter::state state;
  };

  std::optional<std::string> visit(const counter::page& page) override;
  http::response result() override;
  static bool comes_first(const entry& left, const entry& right) noexcept;
  bool is_wanted(std::int64_t value) const noexcept;

  const std::size_t limit_;
  std::vector<entry> best_;  // a heap, with the one that comes last on top
  std::uint64_t seen_ = 0;
};

}  // namespace http::v1
