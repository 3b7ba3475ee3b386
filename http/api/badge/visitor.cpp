#include "http/api/badge/visitor.hpp"

#include "http/protocol/field_value.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace http::badge {

namespace {

/// A list may have empty elements (RFC 9110 section 5.6.1).
std::string_view last_element(std::string_view list) {
  std::string_view last;
  while (!list.empty())
    if (const auto element = take_element(list, ','); !element.empty())
      last = element;
  return last;
}

std::uint64_t client_of(const connection_info& connection, const header_fields& fields) {
  using field = header_fields::name;
  if (connection.network.is_private && fields.has(field::forwarded_for)) {
    const auto list = *fields.find(field::forwarded_for);
    if (const auto client = rights::parse_client_network(last_element(list)))
      return client->bits;
  }
  return connection.network.bits;
}

}  // namespace

std::string visitor_of(const connection_info& connection, const header_fields& fields,
                       std::string_view name, counter::siphash_key key) {
  const auto client = client_of(connection, fields);
  std::string bytes(sizeof client, '\0');
  std::memcpy(bytes.data(), &client, sizeof client);
  bytes += name;
  std::array<char, 16> digits;
  auto* const end =
      std::to_chars(digits.begin(), digits.end(), counter::siphash(key, bytes), 16).ptr;
  return "hit-" + std::string(digits.data(), end);
}

}  // namespace http::badge
