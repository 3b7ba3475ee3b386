#include "config/item_list.hpp"

#include <algorithm>

namespace config {

std::string for_each_item(std::string_view list,
                          const std::function<std::string(std::string_view item)>& accept) {
  constexpr std::string_view spaces = " \t\n";
  for (bool is_last = false; !is_last;) {
    const auto comma = list.find(',');
    is_last = comma == list.npos;
    auto item = list.substr(0, comma);
    item.remove_prefix(std::min(item.find_first_not_of(spaces), item.size()));
    item = item.substr(0, item.find_last_not_of(spaces) + 1);
    if (auto message = accept(item); !message.empty())
      return message;
    list.remove_prefix(is_last ? 0 : comma + 1);
  }
  return {};
}

}  // namespace config
