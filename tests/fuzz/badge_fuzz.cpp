// What a reader of a page sends: the address of a badge, and the addresses that proxies add.

#include "counter/limits.hpp"
#include "http/api/badge/badge.hpp"
#include "http/api/badge/badge_reader.hpp"
#include "http/api/badge/visitor.hpp"
#include "http/protocol/target.hpp"
#include "rights/client_network.hpp"
#include "tests/fuzz/require.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace {

/// A picture has its own tags and no other, whatever its text is, and each `&` begins an entity.
void check_picture(const http::badge::look& look) {
  const auto svg = http::badge::to_svg(look, "1");
  auto plain = look;
  plain.label = look.label.empty() ? "" : "a";
  const auto expected = http::badge::to_svg(plain, "1");
  for (const char mark : {'<', '>', '"', '\''})
    REQUIRE(std::count(svg.begin(), svg.end(), mark) ==
            std::count(expected.begin(), expected.end(), mark));
  constexpr std::array<std::string_view, 5> entities = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
  for (auto at = svg.find('&'); at != svg.npos; at = svg.find('&', at + 1))
    REQUIRE(std::any_of(entities.begin(), entities.end(), [&](std::string_view entity) {
      return std::string_view{svg}.substr(at).starts_with(entity);
    }));
  REQUIRE(std::none_of(svg.begin(), svg.end() - 1, [](char c) { return c >= 0 && c < ' '; }));
  REQUIRE(svg.find("\xef\xbf\xbe") == svg.npos && svg.find("\xef\xbf\xbf") == svg.npos);
  const auto object = http::badge::to_json(look, "1", false);
  REQUIRE(std::count(object.begin(), object.end(), '\n') == 1);
}

void check_query(const std::string& query) {
  http::target target;
  const auto text = "/badge/x.svg?" + query;
  if (target.parse(text) != http::target::defect::none)
    return;
  const auto read = http::badge::read_look(target, "x");
  if (const auto* look = std::get_if<http::badge::look>(&read)) {
    REQUIRE(look->label.size() <= counter::limits::badge_label_bytes_max);
    check_picture(*look);
  } else {
    REQUIRE(std::get<http::response>(read).status == http::status::bad_request);
  }
}

/// Who is forwarded by a stranger cannot choose whom it counts for.
void check_forwarded(const std::string& list) {
  http::header_fields fields;
  fields.add(http::header_fields::name::forwarded_for, list);
  const http::connection_info stranger{.network = {1, false}};
  const http::connection_info proxy{.network = {1, true}};
  const auto alone = http::badge::visitor_of(stranger, {}, "x", {});
  REQUIRE(http::badge::visitor_of(stranger, fields, "x", {}) == alone);
  const auto forwarded = http::badge::visitor_of(proxy, fields, "x", {});
  REQUIRE(forwarded.starts_with("hit-") && forwarded.size() <= 20);
  if (rights::parse_client_network(list))
    REQUIRE(list.find_first_not_of("0123456789abcdefABCDEF.:[]") == list.npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  check_query(text);
  check_forwarded(text);
  return 0;
}
