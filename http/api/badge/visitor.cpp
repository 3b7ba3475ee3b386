#include "http/api/badge/visitor.hpp"

#include "http/protocol/field_value.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace http::badge {

namespace {

std::uint64_t client_of(const connection_info& connection, const header_fields& fields) {
  using field = header_fields::name;
  if (connection.network.is_private && fields.has(field::forwarded_for)) {
    const auto list = *fields.find(field::forwarded_for);
    const auto last = trimmed(std::string_view{list}.substr(list.rfind(',') + 1));
    if (const auto client = rights::parse_client_network(last))
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
