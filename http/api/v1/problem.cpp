#include "http/api/v1/problem.hpp"

#include "http/api/v1/json_text.hpp"

namespace http::v1 {

namespace {

namespace json = boost::json;

std::string_view detail_of(counter::outcome which) noexcept {
  using counter::outcome;
  switch (which) {
    case outcome::not_found:
      return "the counter does not exist";
    case outcome::overflow:
      return "the counter stays as it is";
    case outcome::limit_reached:
      return "the result is out of bounds; the counter stays as it is";
    case outcome::precondition_failed:
    case outcome::not_modified:
      return "the counter has another version than the condition asks for";
    case outcome::key_mismatch:
      return "this key was used with another method or other parameters";
    case outcome::too_many_counters:
      return "nothing was created; counters that exist can be changed (--max-counters)";
    case outcome::idempotency_store_full:
      return "nothing was changed; requests without a key go on (--idempotency-max)";
    case outcome::overloaded:
      return "nothing was changed; try again later";
    case outcome::draining:
      return "nothing was changed; try another server, or this one later";
    case outcome::disk_full:
      return "nothing was changed; reads go on";
    case outcome::unreadable:
      return "what is on the disk is damaged or cannot be read; nothing was changed";
    case outcome::backup_exists:
      return "nothing was written; choose another name";
    case outcome::outcome_unknown:
      return "the disk failed on the way; once the server is back it is safe to send it again with "
             "the same Idempotency-Key";
    case outcome::ok:
      break;
  }
  return {};
}

bool tells_state(code code) noexcept {
  return code == code::limit_reached || code == code::overflow || code == code::precondition_failed;
}

/// From `status` on, which every description of a problem has.
json::object description(code code, std::string_view detail) {
  json::object about;
  about["status"] = static_cast<int>(status_of(code));
  about["detail"] = detail;
  about["code"] = text_of(code);
  return about;
}

void add_state(json::object& to, const std::optional<counter::state>& state) {
  to["value"] = state ? json::value(state->value) : nullptr;
  to["version"] = state ? json::value(state->version) : nullptr;
}

response as_response(code code, const json::object& about) {
  json::object body;
  body["type"] = "urn:counterd:" + std::string{text_of(code)};
  body["title"] = title_of(code);
  body.insert(about.begin(), about.end());
  return {.status = status_of(code), .body = to_text(body), .type = "application/problem+json"};
}

}  // namespace

response to_response(const problem& problem) {
  auto about = description(problem.code, problem.detail);
  if (problem.index)
    about["index"] = *problem.index;
  return as_response(problem.code, about);
}

response refusal_of(const counter::full_reply& reply) {
  const auto code = code_of(reply.outcome);
  auto about = description(code, detail_of(reply.outcome));
  if (tells_state(code))
    add_state(about, reply.after);
  return as_response(code, about);
}

json::object refused_result(const counter::full_reply& reply) {
  const auto code = code_of(reply.outcome);
  json::object result;
  result["status"] = static_cast<int>(status_of(code));
  result["code"] = text_of(code);
  result["detail"] = detail_of(reply.outcome);
  if (tells_state(code))
    add_state(result, reply.after);
  return result;
}

}  // namespace http::v1
