#include "tests/server/v1/event_client.hpp"

#include "tests/server/v1/support.hpp"

#include <stdexcept>

namespace support {

event_client::event_client(std::uint16_t port, std::string_view target,
                           std::string_view more_fields)
    : connection_(port) {
  connection_.send(request("GET", target, more_fields));
  header_ = connection_.read_through("\r\n\r\n");
}

event event_client::next() {
  event found;
  for (auto line = connection_.read_through("\n"); line != "\n";
       line = connection_.read_through("\n")) {
    line.pop_back();
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    auto value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' '))
      value.erase(0, 1);
    if (name == "event")
      found.type = value;
    else if (name == "id")
      found.id = value;
    else if (name == "data")
      found.data = value;
    else if (name == "retry")
      found.retry = value;
    else
      throw std::runtime_error{"no field of an event: " + line};
  }
  return found;
}

event event_client::next_change() {
  for (;;)
    if (auto found = next(); found.retry.empty() && found.type != "ping")
      return found;
}

std::int64_t value_of(const event& about) {
  return integer_at(parsed(about.data).as_object(), "value");
}

}  // namespace support
