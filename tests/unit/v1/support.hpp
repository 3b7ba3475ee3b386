#pragma once

#include "counter/call.hpp"
#include "counter/time.hpp"
#include "http/api/exchange.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/header_fields.hpp"
#include "http/protocol/response.hpp"

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace unit {

using field = http::header_fields::name;
using field_list = std::vector<std::pair<field, std::string_view>>;

inline http::header_fields fields_of(const field_list& list) {
  http::header_fields fields;
  for (const auto& [name, value] : list)
    fields.add(name, value);
  return fields;
}

constexpr auto json_type = std::pair{field::content_type, std::string_view{"application/json"}};
constexpr auto form_type =
    std::pair{field::content_type, std::string_view{"application/x-www-form-urlencoded"}};

/// Returns `ok`, or the code of the problem.
template <class T>
std::string verdict_on(const http::v1::result<T>& read) {
  return read ? "ok" : std::string{http::v1::text_of(read.error().code)};
}

inline std::string verdict_on(const std::optional<http::v1::problem>& result) {
  return result ? std::string{http::v1::text_of(result->code)} : "ok";
}

/// Returns a member of a JSON object as JSON; empty if it is missing.
inline std::string member(std::string_view object, std::string_view name) {
  boost::json::error_code error;
  const auto parsed = boost::json::parse({object.data(), object.size()}, error);
  if (error || !parsed.is_object())
    return "not an object";
  const auto* result = parsed.get_object().if_contains({name.data(), name.size()});
  return result == nullptr ? "" : boost::json::serialize(*result);
}

/// Returns the code in the body of a problem; empty if it is no problem.
inline std::string code_in(const http::response& response) {
  if (response.type != "application/problem+json")
    return "";
  const auto code = member(response.body.view(), "code");
  return code.size() < 2 ? code : code.substr(1, code.size() - 2);
}

/// Returns a call with its request and this response.
template <class Answer>
counter::call answered(counter::request request, Answer answer) {
  counter::call call{std::move(request)};
  call.response = std::move(answer);
  return call;
}

/// Returns every request that the exchange can send now.
inline std::vector<counter::request> requests_of(http::exchange& exchange) {
  std::vector<counter::request> requests;
  while (auto request = exchange.next_request())
    requests.push_back(std::move(*request));
  return requests;
}

/// Returns the seed: random, or COUNTERD_TEST_SEED.
inline unsigned test_seed() {
  const auto* text = std::getenv("COUNTERD_TEST_SEED");
  return text == nullptr ? std::random_device{}()
                         : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

}  // namespace unit
