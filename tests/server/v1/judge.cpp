#include "tests/server/v1/judge.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace support {

namespace {

using counter::outcome;

counter::time_point parse_time(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0, millisecond = 0;
  char zone = 0;
  if (text.size() != 24 ||
      std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d.%3d%c", &year, &month, &day, &hour,
                  &minute, &second, &millisecond, &zone) != 8 ||
      zone != 'Z')
    throw std::runtime_error{"not a time: " + text};
  const std::chrono::sys_days date{std::chrono::year{year} / static_cast<int>(month) /
                                   static_cast<int>(day)};
  return date + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + std::chrono::milliseconds{millisecond};
}

/// Moves the version and the expiry, unless null, out of the body for comparison.
void take_out(observation& observed) {
  auto& body = observed.body;
  if (const auto* version = body.if_contains("version"); version && !version->is_null()) {
    observed.version = version->to_number<std::uint64_t>();
    body.erase("version");
  }
  if (const auto* expiry = body.if_contains("expires_at"); expiry && !expiry->is_null()) {
    observed.expires_at = parse_time(text_at(body, "expires_at"));
    body.erase("expires_at");
  }
}

std::pair<int, std::string> refusal_of(outcome outcome) {
  switch (outcome) {
    case outcome::not_found:
      return {404, "not-found"};
    case outcome::overflow:
      return {409, "overflow"};
    case outcome::limit_reached:
      return {409, "limit-reached"};
    case outcome::precondition_failed:
    case outcome::not_modified:
      return {412, "precondition-failed"};
    case outcome::key_mismatch:
      return {422, "idempotency-mismatch"};
    default:
      throw std::runtime_error{"unexpected outcome of the model"};
  }
}

void add_state(json::object& body, const std::optional<counter::state>& state,
               observation& expected) {
  body["value"] = state ? json::value(state->value) : nullptr;
  if (state)
    expected.version = state->version;
  else
    body["version"] = nullptr;
}

observation expected_refusal(const counter::full_reply& reply, endpoint kind) {
  observation expected;
  if (reply.outcome == outcome::not_modified && kind == endpoint::single) {
    expected.status = 304;
    expected.version = reply.after->version;
    return expected;
  }
  const auto [status, code] = refusal_of(reply.outcome);
  expected.status = status;
  expected.is_replayed = reply.is_replayed;
  expected.body["code"] = code;
  if (reply.outcome == outcome::limit_reached && reply.after)
    expected.expires_at = reply.after->expires_at;
  if (status == 409 || status == 412)
    add_state(expected.body, reply.after, expected);
  return expected;
}

/// Returns the model's reply as an observation, with the model's versions.
observation expected_observation(const counter::full_command& command,
                                 const counter::full_reply& reply, endpoint kind, bool wants_text) {
  if (reply.outcome != outcome::ok)
    return expected_refusal(reply, kind);
  const auto& [before, after] = std::tie(reply.before, reply.after);
  observation expected{.status = !after   ? 204
                                 : before ? 200
                                          : 201,
                       .is_replayed = reply.is_replayed,
                       .version = std::nullopt};
  if (!after) {
    if (reply.deletion_version != 0)
      expected.version = reply.deletion_version;
    return expected;
  }
  expected.version = after->version;
  expected.body["value"] = after->value;
  if (wants_text)
    return expected;
  expected.body["name"] = command.name;
  expected.expires_at = after->expires_at;
  if (!after->expires_at)
    expected.body["expires_at"] = nullptr;
  if (command.parameters.operation == counter::operation::get)
    return expected;
  expected.body["previous"] = before ? json::value(before->value) : nullptr;
  expected.body["created"] = !before;
  if (command.parameters.operation == counter::operation::add)
    expected.body["applied"] = after->value - (before ? before->value : command.parameters.initial);
  return expected;
}

/// Returns the same for a text endpoint, whose line is compared.
observation expected_line(const counter::full_command& command, const counter::full_reply& reply) {
  const auto& name = command.name;
  const bool is_read = command.parameters.operation == counter::operation::get;
  switch (reply.outcome) {
    case outcome::ok:
      return {.status = 200,
              .version = std::nullopt,
              .body = {{"line", is_read ? name + ": " + std::to_string(reply.after->value) + "\n"
                                        : std::string{"ok\n"}}}};
    case outcome::not_found:
      return {.status = 404, .version = std::nullopt, .body = {{"line", name + " not found\n"}}};
    default:
      return {
          .status = 409, .version = std::nullopt, .body = {{"line", name + " would overflow\n"}}};
  }
}

bool is_same(const model::counters& left, const model::counters& right, counter::time_point now) {
  auto states = [now](model::counters world) {
    std::vector<counter::state> all;
    for (const auto& counter : world.list("", "", now))
      all.push_back(counter.state);
    return all;
  };
  return states(left) == states(right);
}

}  // namespace

observation normalized(const answer& answer, const wire_request& request) {
  observation observed{.status = answer.status,
                       .is_replayed = answer.has("Idempotency-Replayed"),
                       .version = std::nullopt};
  if (request.kind == endpoint::text) {
    observed.body["line"] = answer.body;
    return observed;
  }
  const bool is_success = answer.status == 200 || answer.status == 201;
  if (answer.has("Location") != (answer.status == 201))
    throw std::runtime_error{"Location with " + std::to_string(answer.status)};
  if (is_success && request.wants_text)
    observed.body["value"] = std::stoll(answer.body);
  else if (!answer.body.empty())
    observed.body = object_of(answer);
  if (!is_success && !answer.body.empty()) {
    const auto code = text_at(observed.body, "code");
    if (const auto defect = defect_of_problem(answer, answer.status, code); !defect.empty())
      throw std::runtime_error{defect};
    observed.body = without(observed.body, {"type", "title", "detail", "status"}).as_object();
  }
  take_out(observed);
  const auto tag = answer.field("ETag");
  const bool has_tag = is_success || answer.status == 204 || answer.status == 304;
  if (has_tag && !observed.version && tag.size() > 2)
    observed.version = std::stoull(tag.substr(1));
  const std::string suffix = request.wants_text ? "-text\"" : "\"";
  if (has_tag ? tag != "\"" + std::to_string(observed.version.value()) + suffix : !tag.empty())
    throw std::runtime_error{"another ETag: " + tag};
  return observed;
}

observation normalized(const json::object& batch_result) {
  observation observed{.status = static_cast<int>(integer_at(batch_result, "status")),
                       .is_replayed = batch_result.contains("replayed"),
                       .version = std::nullopt,
                       .body = without(batch_result, {"status", "detail", "replayed"}).as_object()};
  take_out(observed);
  return observed;
}

observation normalized_listed(const json::object& listed) {
  observation observed{.status = 200, .version = std::nullopt, .body = listed};
  take_out(observed);
  return observed;
}

observation not_listed() {
  return {.status = 404, .version = std::nullopt, .body = {{"code", "not-found"}}};
}

bool judge::accepts(const counter::full_command& command, const observation& observed,
                    endpoint kind, bool wants_text, const window& when) {
  std::vector<counter::time_point> begin{when.low};
  // A new expiry says when the command was applied.
  if (command.parameters.ttl && observed.expires_at)
    if (const auto then = *observed.expires_at - *command.parameters.ttl;
        when.low < then && then <= when.high)
      begin.push_back(then);
  std::vector<model::counters> possible;
  std::optional<std::uint64_t> version;
  for (const auto& world : worlds_) {
    // Responses differ only by what has expired. Of the times with the same response the earliest
    // comes first and is retained: the world's time never goes back, and the next command may be
    // applied soon after it.
    auto times = world.expiries(when.low, when.high);
    times.insert(times.end(), begin.begin(), begin.end());
    std::sort(times.begin(), times.end());
    for (const auto time : times) {
      auto next = world;
      const auto reply = next.apply(command, time);
      const auto expected = kind == endpoint::text
                                ? expected_line(command, reply)
                                : expected_observation(command, reply, kind, wants_text);
      const bool has_version = expected.version.has_value();
      if (expected.status != observed.status || expected.is_replayed != observed.is_replayed ||
          expected.expires_at != observed.expires_at ||
          has_version != observed.version.has_value() || expected.body != observed.body ||
          (has_version && !is_possible(*expected.version, *observed.version)))
        continue;
      version = expected.version;
      if (std::none_of(possible.begin(), possible.end(),
                       [&](const auto& other) { return is_same(other, next, when.low); }))
        possible.push_back(std::move(next));
    }
  }
  if (possible.empty())
    return false;
  worlds_ = std::move(possible);
  if (version)
    known_.emplace(*version, *observed.version);
  expires_at_ = observed.is_replayed ? std::nullopt : observed.expires_at;
  return true;
}

bool judge::has_expired(const window& when) const {
  return expires_at_ && *expires_at_ <= when.low;
}

/// Versions grow, and a version once reported does not change.
bool judge::is_possible(std::uint64_t model_version, std::uint64_t server_version) const {
  const auto next = known_.lower_bound(model_version);
  if (next != known_.end() && next->first == model_version)
    return next->second == server_version;
  if (next != known_.end() && next->second <= server_version)
    return false;
  return next == known_.begin() ? server_version > 0 : std::prev(next)->second < server_version;
}

}  // namespace support
