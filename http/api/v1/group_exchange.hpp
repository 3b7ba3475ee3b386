#pragma once

#include "http/api/v1/list_reader.hpp"
#include "http/api/v1/scan_exchange.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace http::v1 {

/// The counters below a prefix as a directory: names with the delimiter behind the prefix are
/// counted by what they have up to its end, the others are listed. In byte order; a page has up to
/// `limit` groups and counters, and looks at up to limits::scan_max names. The group that a page
/// ends in may go on on the next one, which counts the rest.
class group_exchange final : public scan_exchange {
public:
  explicit group_exchange(group_parameters parameters);

private:
  struct group_entry {
    std::string prefix;
    std::uint64_t counters = 0;
  };
  struct single_entry {
    std::string name;
    counter::state state;
  };

  std::optional<std::string> visit(const counter::page& page) override;
  http::response result() override;
  bool add(std::string_view name, const counter::state& state);
  std::string_view group_of(std::string_view name) const noexcept;

  const std::size_t limit_;
  const std::string delimiter_;
  std::vector<group_entry> groups_;
  std::vector<single_entry> singles_;
  std::size_t seen_ = 0;
  std::string reached_;
  bool has_more_ = false;
};

}  // namespace http::v1
