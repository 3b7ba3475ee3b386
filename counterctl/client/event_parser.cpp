#include "counterctl/client/event_parser.hpp"

#include <stdexcept>
#include <utility>

namespace counterctl {

namespace {

constexpr std::size_t event_bytes_max = 64 * 1024;

}  // namespace

void event_parser::feed(std::string_view bytes, const handler& handle) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    if (line_.size() + part.size() + event_.data.size() > event_bytes_max)
      throw std::length_error{"an event is longer than any of a counterd"};
    line_ += part;
    if (end == bytes.npos)
      return;
    bytes.remove_prefix(end + 1);
    if (line_.ends_with('\r'))
      line_.pop_back();
    take_line(std::exchange(line_, {}), handle);
  }
}

void event_parser::take_line(std::string_view line, const handler& handle) {
  if (line.empty()) {
    if (has_fields_)
      handle(event_);
    event_ = {};
    has_fields_ = false;
    return;
  }
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (name.empty())
    return;  // a comment
  auto value = colon == line.npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' '))
    value.remove_prefix(1);
  has_fields_ = true;
  if (name == "event") {
    event_.type = value;
  } else if (name == "retry") {
    event_.retry = value;
  } else if (name == "data") {
    if (!event_.data.empty())
      event_.data += '\n';
    event_.data += value;
  }
}

}  // namespace counterctl
