// The first byte says which operation it is and how its parameters come; the
// rest is either parameters that the operation can have or a problem.

#include "counter/integer.hpp"
#include "http/api/v1/operation_reader.hpp"
#include "http/protocol/percent.hpp"
#include "tests/fuzz/v1_checks.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace {

using counter::operation;
using counter::parameters;
using reading = http::v1::result<parameters>;

enum class encoding { query, form, json };

reading read(operation operation, encoding encoding, std::string_view text) {
  http::v1::operation_reader reader{operation};
  if (encoding == encoding::query) {
    if (auto found = http::v1::read_query(text, reader.sink()))
      return std::move(*found);
    return reader.finish();
  }
  http::request request;
  request.body = text;
  request.fields.add(
      http::header_fields::name::content_type,
      encoding == encoding::form ? "application/x-www-form-urlencoded" : "application/json");
  if (auto found = http::v1::read_body(request, reader.sink()))
    return std::move(*found);
  return reader.finish();
}

/// All that was asked for, written anew.
std::vector<std::pair<std::string, std::string>> written(const parameters& how) {
  std::vector<std::pair<std::string, std::string>> all;
  const auto operand = std::to_string(how.operand);
  if (how.operation == operation::set)
    all.emplace_back("value", operand);
  if (how.operation == operation::add) {
    constexpr const char* modes[] = {"if_absent", "refresh", "persist"};
    all.emplace_back("delta", operand);
    all.emplace_back("initial", std::to_string(how.initial));
    all.emplace_back("create", how.create ? "true" : "false");
    all.emplace_back("on_limit", how.on_limit == counter::on_limit::clamp ? "clamp" : "reject");
    all.emplace_back("ttl_mode", modes[static_cast<int>(how.ttl_mode)]);
    if (how.min)
      all.emplace_back("min", std::to_string(*how.min));
    if (how.max)
      all.emplace_back("max", std::to_string(*how.max));
  }
  if (how.ttl)
    all.emplace_back("ttl", std::to_string(how.ttl->count()));
  return all;
}

void check_again(const parameters& how) {
  std::string query, json = "{";
  for (const auto& [name, value] : written(how)) {
    query += name + "=" + http::encode(value) + "&";
    const bool is_word = name == "on_limit" || name == "ttl_mode";
    json += (json.size() > 1 ? ",\"" : "\"") + name + "\":" + (is_word ? "\"" : "") + value +
            (is_word ? "\"" : "");
  }
  json += "}";
  for (const auto& again :
       {read(how.operation, encoding::query, query), read(how.operation, encoding::form, query),
        read(how.operation, encoding::json, json)}) {
    REQUIRE(again.has_value());
    REQUIRE(*again == how);
  }
}

/// A query or a form, to an oracle that shares no code with its reader.
void check_pairs(std::string_view text, const reading& read) {
  std::map<std::string, std::vector<std::string>> given;
  auto decoded = [](std::string_view part) {
    auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
    std::string bytes;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] == '%') {
        bytes += static_cast<char>(digit(part[i + 1]) * 16 + digit(part[i + 2]));
        i += 2;
      } else {
        bytes += part[i] == '+' ? ' ' : part[i];
      }
    }
    return bytes;
  };
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('&', begin), text.size());
    const auto pair = text.substr(begin, end - begin);
    begin = end + 1;
    if (pair.empty())
      continue;
    const auto equals = std::min(pair.find('='), pair.size());
    given[decoded(pair.substr(0, equals))].push_back(
        decoded(pair.substr(std::min(equals + 1, pair.size()))));
  }
  bool has_twice = false;
  for (const auto& [name, values] : given)
    has_twice |= values.size() > 1;
  if (!read) {
    REQUIRE(read.error().code != http::v1::code::duplicate_parameter || has_twice);
    return;
  }
  REQUIRE(!has_twice);
  std::map<std::string, std::string> taken;
  for (auto& [name, value] : written(*read))
    taken[name] = value;
  given.erase("if_version");  // no parameter of the operation itself
  for (const auto& [name, values] : given) {
    REQUIRE(taken.contains(name));
    const auto number = counter::parse_integer(values[0]);
    REQUIRE(taken[name] == (number ? std::to_string(*number) : values[0]));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1)
    return 0;
  constexpr operation operations[] = {operation::get, operation::set, operation::add,
                                      operation::remove};
  const auto operation = operations[data[0] % 4];
  const auto encoding = static_cast<::encoding>(data[0] / 4 % 3);
  const std::string text{reinterpret_cast<const char*>(data) + 1, size - 1};
  std::string buffer;
  // A query that is not encoded well is refused before.
  if (encoding == encoding::query && !http::has_good_encoding(text, buffer))
    return 0;

  const auto result = read(operation, encoding, text);
  if (!result) {
    fuzz::check_problem(result.error());
  } else {
    REQUIRE(result->operation == operation);
    fuzz::check_parameters(*result);
    check_again(*result);
  }
  if (encoding != encoding::json && http::has_good_encoding(text, buffer))
    check_pairs(text, result);
  return 0;
}
