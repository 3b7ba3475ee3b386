#pragma once

#include "counter/full_command.hpp"
#include "http/api/v1/code.hpp"
#include "http/api/v1/json_writer.hpp"
#include "http/protocol/response.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace http::v1 {

/// The reason why a request has failed. Nothing was changed, except with code::outcome_unknown.
struct problem {
  v1::code code = code::bad_request;
  std::string detail{};  ///< explains this occurrence to a person
  /// The index, from 0, of the operation of a batch that is at fault; nullopt outside a batch.
  std::optional<std::size_t> index{};
};

/// The value that was read, or the problem with it.
template <class T>
using result = boost::system::result<T, problem>;

using maybe_problem = std::optional<problem>;

/// Renders problem details (RFC 9457) as `application/problem+json`. The response owns its body.
response to_response(const problem& problem);

/// Renders the problem details of a reply whose outcome is not `ok`. If the state of the counter
/// is the reason (limit-reached, overflow, precondition-failed), adds its value and version, or
/// null where the counter does not exist; with limit-reached also `expires_at` and Retry-After if
/// the counter expires, and so begins again.
response refusal_of(const counter::full_reply& reply);

/// Writes the same members, without `type` and `title`, into the result of one operation of a
/// batch.
void describe_refusal(json_writer& writer, const counter::full_reply& reply);

}  // namespace http::v1
