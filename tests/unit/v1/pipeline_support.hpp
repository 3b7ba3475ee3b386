#pragma once

#include "counter/call.hpp"
#include "tests/unit/support.hpp"
#include "tests/unit/v1/support.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace unit {

inline constexpr std::string_view three_operations =
    R"({"ops":[{"op":"get","name":"x"},{"op":"get","name":"y"},{"op":"get","name":"z"}]})";

inline std::string post(std::string_view target, std::string_view type, std::string_view body,
                        std::string_view fields = "") {
  return request("POST", target,
                 "Content-Type: " + std::string{type} + "\r\n" + std::string{fields} +
                     "Content-Length: " + std::to_string(body.size()) + "\r\n") +
         std::string{body};
}

inline std::string batch(std::string_view fields = "") {
  return post("/v1/batch", "application/json", three_operations, fields);
}

inline const counter::full_command& command_of(const connection::pending& pending) {
  REQUIRE(pending.request.has_value());
  return std::get<counter::full_command>(*pending.request);
}

inline const counter::command_list& list_of(const connection::pending& pending) {
  REQUIRE(pending.request.has_value());
  return std::get<counter::command_list>(*pending.request);
}

inline counter::full_reply read_of(std::int64_t value) {
  const counter::state now{value, 7};
  return {counter::outcome::ok, false, now, now};
}

}  // namespace unit
