#include "http/api/ui/asset.hpp"

namespace http::ui {

const asset* find_asset(std::string_view name) noexcept {
  for (const auto& each : assets())
    if (each.name == name)
      return &each;
  return nullptr;
}

}  // namespace http::ui
