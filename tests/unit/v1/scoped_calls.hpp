#pragma once

#include "http/protocol/request.hpp"
#include "rights/scope.hpp"

#include <string_view>

namespace unit {

/// A request, and the scope that it needs.
struct scoped_call {
  http::method method;
  std::string_view target;
  rights::scope needed;
  std::string_view body = "";
};

/// Requests for each scope but `admin`, which an address or a proxy may take away.
inline constexpr scoped_call scoped_calls[] = {
    {http::method::get, "/get?name=x", rights::scope::read},
    {http::method::get, "/inc?name=x", rights::scope::add},
    {http::method::post, "/inc?name=x", rights::scope::add},
    {http::method::get, "/set?name=x&val=1", rights::scope::write},
    {http::method::get, "/v1/counters/x", rights::scope::read},
    {http::method::head, "/v1/counters/x", rights::scope::read},
    {http::method::post, "/v1/counters/x", rights::scope::add},
    {http::method::put, "/v1/counters/x?value=1", rights::scope::write},
    {http::method::delete_, "/v1/counters/x", rights::scope::remove},
    {http::method::get, "/v1/counters", rights::scope::list},
    {http::method::get, "/v1/top", rights::scope::list},
    {http::method::get, "/v1/prefixes", rights::scope::list},
    {http::method::get, "/metrics", rights::scope::metrics},
    {http::method::get, "/v1/stats", rights::scope::metrics},
    {http::method::post, "/v1/batch", rights::scope::read, R"({"ops":[{"op":"get","name":"x"}]})"},
    {http::method::post, "/v1/batch", rights::scope::add, R"({"ops":[{"op":"add","name":"x"}]})"},
    {http::method::post, "/v1/batch", rights::scope::write,
     R"({"ops":[{"op":"set","name":"x","value":1}]})"},
    {http::method::post, "/v1/batch", rights::scope::remove,
     R"({"ops":[{"op":"delete","name":"x"}]})"},
};

}  // namespace unit
