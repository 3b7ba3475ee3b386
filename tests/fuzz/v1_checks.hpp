#pragma once

#include "counter/call.hpp"
#include "counter/limits.hpp"
#include "http/api/v1/problem.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// Checks of what the readers of /v1 return, and responses that a store could give.
namespace fuzz {

inline void check_parameters(const counter::parameters& how) {
  using counter::operation;
  using counter::ttl_mode;
  if (how.ttl)
    REQUIRE(how.ttl->count() >= 1 && *how.ttl <= counter::limits::ttl_max);
  if (how.operation == operation::add) {
    REQUIRE(!how.min || !how.max || *how.min <= *how.max);
    REQUIRE(how.ttl_mode != ttl_mode::refresh || how.ttl);
    REQUIRE(how.ttl_mode != ttl_mode::persist || !how.ttl);
    return;
  }
  // Only an addition has other parameters.
  counter::parameters few{.operation = how.operation};
  if (how.operation == operation::set || how.operation == operation::bind)
    few.operand = how.operand;
  if (how.operation == operation::set)
    few.ttl = how.ttl;
  REQUIRE(how == few);
}

/// Checks a problem with the body or the query of a request.
inline void check_problem(const http::v1::problem& found) {
  using http::v1::code;
  switch (found.code) {
    case code::invalid_name:
    case code::invalid_value:
    case code::invalid_parameter:
    case code::duplicate_parameter:
    case code::malformed_json:
    case code::bad_request:
    case code::unsupported_media_type:
      break;
    default:
      REQUIRE(false);
  }
  REQUIRE(!found.detail.empty());
  const auto response = http::v1::to_response(found);
  REQUIRE(response.status == http::v1::status_of(found.code));
  REQUIRE(response.body.view().find('\r') == response.body.view().npos);
  REQUIRE(response.body.view().find('\n') == response.body.view().size() - 1);
}

/// Returns the same reply to the same command.
inline counter::full_reply plausible(const counter::full_command& command) {
  using counter::operation;
  using counter::outcome;
  auto mixed = static_cast<std::uint64_t>(command.parameters.operand);
  for (const char c : command.name)
    mixed = (mixed ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  mixed ^= mixed >> 32;
  constexpr outcome refusals[] = {outcome::overflow,
                                  outcome::limit_reached,
                                  outcome::key_mismatch,
                                  outcome::too_many_counters,
                                  outcome::idempotency_store_full,
                                  outcome::overloaded,
                                  outcome::draining,
                                  outcome::disk_full,
                                  outcome::unreadable,
                                  outcome::outcome_unknown};
  counter::full_reply reply;
  if (mixed % 2 == 0)
    reply.before = counter::state{static_cast<std::int64_t>(mixed), 7};
  reply.after = reply.before;
  const bool is_read = command.parameters.operation == operation::get;
  reply.outcome = command.condition.check(
      reply.before ? std::optional{reply.before->version} : std::nullopt, is_read);
  if (reply.outcome != outcome::ok)
    return reply;
  if (mixed % 8 == 0) {
    reply.outcome = refusals[mixed / 8 % std::size(refusals)];
  } else if (is_read || command.parameters.operation == operation::remove) {
    if (!reply.before)
      reply.outcome = outcome::not_found;
    else if (!is_read)
      reply.after.reset();
  } else {
    // The amount that was added must fit into 64 bits.
    reply.after = counter::state{reply.before ? reply.before->value : command.parameters.initial, 8,
                                 counter::time_point{}};
    reply.is_replayed = !command.idempotency_key.empty() && mixed % 3 == 0;
  }
  return reply;
}

/// The first page of every list has one counter, the second one none.
inline counter::page plausible(const counter::page_request& request) {
  counter::page page;
  REQUIRE(request.limit >= 1);
  REQUIRE(request.after.empty() || request.after.starts_with(request.prefix));
  const auto name = request.prefix + "a";
  page.is_last = !request.after.empty() || name.size() > counter::limits::name_bytes_max;
  if (page.is_last)
    return page;
  page.counters.push_back({name, {1, 1}});
  page.reached = name;
  return page;
}

inline counter::backup plausible(const counter::backup_request& request) {
  using counter::outcome;
  constexpr outcome outcomes[] = {outcome::ok, outcome::backup_exists, outcome::disk_full,
                                  outcome::unreadable, outcome::draining};
  return {outcomes[request.name.size() % std::size(outcomes)], "/data/backups/" + request.name};
}

inline counter::reply_list plausible(const counter::command_list& commands) {
  counter::reply_list replies;
  for (const auto& command : commands)
    replies.push_back(plausible(command));
  return replies;
}

inline counter::call completed(counter::request request) {
  counter::call call{std::move(request)};
  if (const auto* command = std::get_if<counter::full_command>(&call.request))
    call.response = plausible(*command);
  else if (const auto* commands = std::get_if<counter::command_list>(&call.request))
    call.response = plausible(*commands);
  else if (const auto* page = std::get_if<counter::page_request>(&call.request))
    call.response = plausible(*page);
  else if (const auto* backup = std::get_if<counter::backup_request>(&call.request))
    call.response = plausible(*backup);
  return call;
}

}  // namespace fuzz
