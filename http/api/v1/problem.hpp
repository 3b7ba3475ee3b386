#pragma once

#include "counter/full_command.hpp"
#include "http/api/v1/code.hpp"
#include "http/protocol/response.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace http::v1 {

/// What is wrong with a request.
struct problem {
  v1::code code = code::bad_request;
  std::string detail{};  ///< what is wrong in this case, for a person
  /// Of the operation in a batch that is wrong.
  std::optional<std::size_t> index{};
};

/// What was read, or what is wrong with it.
template <class T>
using result = std::variant<T, problem>;

/// Problem details (RFC 9457): `application/problem+json`.
response to_response(const problem& problem);

/// Why a counter did not do what was asked; its outcome is not `ok`. Tells what
/// the counter is where that is the reason.
response refusal_of(const counter::full_reply& reply);

/// The same as the result of one operation of a batch.
boost::json::object refused_result(const counter::full_reply& reply);

}  // namespace http::v1
