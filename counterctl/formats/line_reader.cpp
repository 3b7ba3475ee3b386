#include "counterctl/formats/line_reader.hpp"

#include <cstddef>
#include <string_view>

namespace counterctl {

namespace {

constexpr std::size_t line_bytes_max = 64 * 1024;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

bool line_reader::next() {
  line_.clear();
  is_too_long_ = false;
  bool has_read = false;
  for (char c; input_.get(c);) {
    has_read = true;
    if (c == '\n')
      break;
    if (line_.size() < line_bytes_max)
      line_ += c;
    else
      is_too_long_ = true;
  }
  if (!has_read)
    return false;
  if (++number_ == 1 && line_.starts_with(byte_order_mark))
    line_.erase(0, byte_order_mark.size());
  if (line_.ends_with('\r'))
    line_.pop_back();
  return true;
}

}  // namespace counterctl
