// A request counts if, and only if, its fields Authorization are one, which has a good token as an
// oracle that shares no code reads it. The first byte says how often the field is sent, and whether
// a good token takes the place of each @ in it, plain or as the base64 of `x:` and the token.

#include "http/api/router.hpp"
#include "http/protocol/request_parser.hpp"
#include "rights/token.hpp"
#include "rights/token_set.hpp"
#include "tests/base64.hpp"
#include "tests/fuzz/require.hpp"

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace {

const std::string good_token = rights::make_token();

std::shared_ptr<const rights::token_set> good_tokens() {
  const rights::grant grant{.name = "good", .scopes = rights::scope_set::all()};
  return std::make_shared<const rights::token_set>(
      std::vector<rights::token_entry>{{grant, rights::hasher{}.hash(good_token)}});
}

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes by encoding: nullopt if nothing encodes to `text`.
std::optional<std::string> decoded(const std::string& text) {
  std::string result;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    if (c == '=')
      break;
    const auto value = digits.find(c);
    if (value == digits.npos)
      return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xfff;
    count += 6;
    if (count >= 8)
      result += static_cast<char>(bits >> (count -= 8) & 255);
  }
  return base64_of(result) == text ? std::optional{result} : std::nullopt;
}

/// What `value` gives as the token; empty if it gives none.
std::string secret_of(const std::string& value) {
  const auto space = value.find(' ');
  if (space == value.npos)
    return "";
  auto scheme = value.substr(0, space);
  for (auto& c : scheme)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto rest = value.substr(value.find_first_not_of(' ', space));
  if (scheme == "bearer")
    return rest;
  const auto pair = scheme == "basic" ? decoded(rest) : std::nullopt;
  const auto colon = pair ? pair->find(':') : std::string::npos;
  return colon == std::string::npos ? "" : pair->substr(colon + 1);
}

bool is_good(const std::string& value) {
  return secret_of(value) == good_token;
}

/// As the parser takes values: without the spaces around them.
std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const unsigned times = data[0] & 3;
  const bool is_basic = (data[0] & 4) != 0;
  std::string value;
  for (std::size_t i = 1; i < size; ++i) {
    const auto c = static_cast<char>(data[i]);
    if (c == '@')
      value += is_basic ? base64_of("x:" + good_token) : good_token;
    else
      value += c;
  }
  // Behind the end of a line there are other fields.
  if (value.find_first_of("\r\n") != value.npos)
    return 0;
  std::string text = "GET /inc?name=x HTTP/1.1\r\nHost: localhost\r\n";
  for (unsigned i = 0; i < times; ++i)
    text += "Authorization: " + value + "\r\n";
  text += "\r\n";
  const http::v1::server_info server;
  static const auto tokens = good_tokens();
  const std::time_t now = 0;
  http::router router{server, {.local = {}, .tokens = tokens}, &now};
  // The second time a good field is remembered.
  for (int round = 0; round < 2; ++round) {
    http::request_parser parser;
    if (parser.parse(text) != text.size() || parser.state() != http::parse_state::complete)
      return 0;
    const auto action = router.route(parser.request(), {.is_local = true});
    const bool counts = std::holds_alternative<counter::command>(action);
    REQUIRE(counts == (times == 1 && is_good(trimmed(value))));
    if (counts)
      continue;
    const auto& response = std::get<http::response>(action);
    REQUIRE(response.status ==
            (times > 1 ? http::status::bad_request : http::status::unauthorized));
    REQUIRE(response.body.view().find(good_token) == std::string_view::npos);
    const auto secret = secret_of(trimmed(value));
    // What is shorter can stand in the sentence itself.
    REQUIRE(secret.size() < 20 || response.body.view().find(secret) == std::string_view::npos);
  }
  return 0;
}
