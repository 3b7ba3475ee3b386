#include "config/listen_address.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace config {

namespace {

bool is_port(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::optional<listen_address> listen_address::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  const bool is_bracketed = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (is_bracketed)
    host = host.substr(1, host.size() - 2);
  const bool has_colon = host.find(':') != host.npos;
  const bool has_bracket = host.find_first_of("[]") != host.npos;
  if (host.empty() || has_bracket || has_colon != is_bracketed || !is_port(port))
    return std::nullopt;
  return listen_address{std::string{host}, std::string{port}};
}

}  // namespace config
