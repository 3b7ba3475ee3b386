#include "counter/utf8.hpp"

#include <boost/locale/utf.hpp>

namespace counter {

bool is_valid_utf8(std::string_view text) noexcept {
  namespace utf = boost::locale::utf;
  auto position = text.begin();
  while (position != text.end()) {
    auto code_point = utf::utf_traits<char>::decode(position, text.end());
    if (code_point == utf::illegal || code_point == utf::incomplete)
      return false;
  }
  return true;
}

}  // namespace counter
