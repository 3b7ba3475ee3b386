#include "http/api/v1/problem.hpp"

#include "http/api/v1/timestamp.hpp"
#include "http/protocol/date.hpp"

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <utility>

namespace http::v1 {

namespace {

std::string_view detail_of(counter::outcome failure) noexcept {
  using counter::outcome;
  switch (failure) {
    case outcome::not_found:
      return "the counter does not exist";
    case outcome::overflow:
      return "the counter is unchanged";
    case outcome::limit_reached:
      return "the result is out of bounds; the counter is unchanged";
    case outcome::precondition_failed:
    case outcome::not_modified:
      return "the counter's version does not satisfy the condition";
    case outcome::key_mismatch:
      return "this key was used before, with another method, other parameters or other operations";
    case outcome::too_many_counters:
      return "nothing was created; existing counters can still be changed (--max-counters, "
             "--memory)";
    case outcome::idempotency_store_full:
      return "nothing was changed; requests without a key still work (--idempotency-max, --memory)";
    case outcome::overloaded:
      return "nothing was changed; try again later";
    case outcome::draining:
      return "nothing was changed; try another server, or this one later";
    case outcome::unavailable:
      return "nothing was changed; the database cannot be reached, try again later";
    case outcome::disk_full:
      return "nothing was changed; the server's log says what has run out";
    case outcome::unreadable:
      return "the data on the disk is damaged or cannot be read; nothing was changed";
    case outcome::backup_exists:
      return "nothing was written; choose another name";
    case outcome::outcome_unknown:
      return "the disk or the database failed during the request; once the server is back, the "
             "request can safely "
             "be sent again with the same Idempotency-Key";
    case outcome::ok:
      break;
  }
  return {};
}

bool has_state(code code) noexcept {
  return code == code::limit_reached || code == code::overflow || code == code::precondition_failed;
}

void write_state(json_writer& writer, code code, const std::optional<counter::state>& state) {
  if (!has_state(code))
    return;
  writer.member("value", state ? std::optional{state->value} : std::nullopt);
  writer.member("version", state ? std::optional{state->version} : std::nullopt);
}

/// When a counter that has reached a limit begins again; nullopt if it does not expire.
std::optional<counter::time_point> next_try(code code, const std::optional<counter::state>& state) {
  return code == code::limit_reached && state ? state->expires_at : std::nullopt;
}

/// A date, because a problem does not know the time (RFC 9110 section 10.2.3). Rounded up, so that
/// the counter has expired by then.
std::string retry_after(counter::time_point time) {
  const auto second = std::chrono::ceil<std::chrono::seconds>(time).time_since_epoch().count();
  const std::time_t rounded = second;
  return "Retry-After: " + std::string{date{rounded}.text()} + "\r\n";
}

/// Writes `type`, `title`, `status`, `detail` and `code`, in this order.
void write_members(json_writer& writer, code code, std::string_view detail) {
  writer.member("type", "urn:counterd:" + std::string{text_of(code)});
  writer.member("title", title_of(code));
  writer.member("status", static_cast<int>(status_of(code)));
  writer.member("detail", detail);
  writer.member("code", text_of(code));
}

/// Returns the response with the object whose members `write` writes.
template <class Write>
response as_response(code code, Write write) {
  return {.status = status_of(code),
          .body = json_object(write),
          .type = "application/problem+json",
          .reason = reason_of(code)};
}

}  // namespace

response to_response(const problem& problem) {
  return as_response(problem.code, [&](json_writer& writer) {
    write_members(writer, problem.code, problem.detail);
    if (problem.index)
      writer.member("index", *problem.index);
  });
}

response refusal_of(const counter::full_reply& reply) {
  const auto code = code_of(reply.outcome);
  const auto expiry = next_try(code, reply.after);
  auto response = as_response(code, [&](json_writer& writer) {
    write_members(writer, code, detail_of(reply.outcome));
    write_state(writer, code, reply.after);
    if (expiry)
      writer.member("expires_at", to_rfc3339(*expiry));
  });
  if (expiry)
    response.fields = retry_after(*expiry);
  return response;
}

void describe_refusal(json_writer& writer, const counter::full_reply& reply) {
  const auto code = code_of(reply.outcome);
  writer.member("status", static_cast<int>(status_of(code)));
  writer.member("code", text_of(code));
  writer.member("detail", detail_of(reply.outcome));
  write_state(writer, code, reply.after);
  if (const auto expiry = next_try(code, reply.after))
    writer.member("expires_at", to_rfc3339(*expiry));
}

}  // namespace http::v1
