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
void take_out(said& heard) {
  auto& body = heard.body;
  if (const auto* version = body.if_contains("version"); version && !version->is_null()) {
    heard.version = version->to_number<std::uint64_t>();
    body.erase("version");
  }
  if (const auto* expiry = body.if_contains("expires_at"); expiry && !expiry->is_null()) {
    heard.expires_at = parse_time(text_at(body, "expires_at"));
    body.erase("expires_at");
  }
}

std::pair<int, std::string> refusal_of(outcome which) {
  switch (which) {
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
      throw std::runtime_error{"the model says what it should not"};
  }
}

void add_state(json::object& body, const std::optional<counter::state>& state, said& told) {
  body["value"] = state ? json::value(state->value) : nullptr;
  if (state)
    told.version = state->version;
  else
    body["version"] = nullptr;
}

said expected_refusal(const counter::full_reply& reply, endpoint to) {
  said told;
  if (reply.outcome == outcome::not_modified && to == endpoint::single) {
    told.status = 304;
    told.version = reply.after->version;
    return told;
  }
  const auto [status, code] = refusal_of(reply.outcome);
  told.status = status;
  told.body["code"] = code;
  if (status == 409 || status == 412)
    add_state(told.body, reply.after, told);
  return told;
}

/// Returns the model's reply as an observation, with the model's versions.
said expected(const counter::full_command& command, const counter::full_reply& reply, endpoint to,
              bool wants_text) {
  if (reply.outcome != outcome::ok)
    return expected_refusal(reply, to);
  const auto& [before, after] = std::tie(reply.before, reply.after);
  said told{.status = !after   ? 204
                      : before ? 200
                               : 201,
            .is_replayed = reply.is_replayed,
            .version = std::nullopt};
  if (!after)
    return told;
  told.version = after->version;
  told.body["value"] = after->value;
  if (wants_text)
    return told;
  told.body["name"] = command.name;
  told.expires_at = after->expires_at;
  if (!after->expires_at)
    told.body["expires_at"] = nullptr;
  if (command.parameters.operation == counter::operation::get)
    return told;
  told.body["previous"] = before ? json::value(before->value) : nullptr;
  told.body["created"] = !before;
  if (command.parameters.operation == counter::operation::add)
    told.body["applied"] = after->value - (before ? before->value : command.parameters.initial);
  return told;
}

/// For a text endpoint, whose line is compared.
said expected_line(const counter::full_command& command, const counter::full_reply& reply) {
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
    for (const auto& one : world.list("", "", now))
      all.push_back(one.state);
    return all;
  };
  return states(left) == states(right);
}

}  // namespace

said normalized(const answer& answer, const wire_request& request) {
  said heard{.status = answer.status,
             .is_replayed = answer.has("Idempotency-Replayed"),
             .version = std::nullopt};
  if (request.to == endpoint::text) {
    heard.body["line"] = answer.body;
    return heard;
  }
  const bool is_success = answer.status == 200 || answer.status == 201;
  if (answer.has("Location") != (answer.status == 201))
    throw std::runtime_error{"Location with " + std::to_string(answer.status)};
  if (is_success && request.wants_text)
    heard.body["value"] = std::stoll(answer.body);
  else if (!answer.body.empty())
    heard.body = object_of(answer);
  if (!is_success && !answer.body.empty()) {
    const auto code = text_at(heard.body, "code");
    if (const auto defect = defect_of_problem(answer, answer.status, code); !defect.empty())
      throw std::runtime_error{defect};
    heard.body = without(heard.body, {"type", "title", "detail", "status"}).as_object();
  }
  take_out(heard);
  const auto tag = answer.field("ETag");
  const bool has_tag = is_success || answer.status == 304;
  if (has_tag && !heard.version && tag.size() > 2)
    heard.version = std::stoull(tag.substr(1));
  if (has_tag ? tag != "\"" + std::to_string(heard.version.value()) + "\"" : !tag.empty())
    throw std::runtime_error{"another ETag: " + tag};
  return heard;
}

said normalized(const json::object& batch_result) {
  said heard{.status = static_cast<int>(integer_at(batch_result, "status")),
             .is_replayed = batch_result.contains("replayed"),
             .version = std::nullopt,
             .body = without(batch_result, {"status", "detail", "replayed"}).as_object()};
  take_out(heard);
  return heard;
}

said normalized_listed(const json::object& listed) {
  said heard{.status = 200, .version = std::nullopt, .body = listed};
  take_out(heard);
  return heard;
}

said not_listed() {
  return {.status = 404, .version = std::nullopt, .body = {{"code", "not-found"}}};
}

bool judge::accepts(const counter::full_command& command, const said& heard, endpoint to,
                    bool wants_text, const window& when) {
  // A new expiry says when the command was applied.
  std::optional<counter::time_point> then;
  if (command.parameters.ttl && heard.expires_at)
    then = *heard.expires_at - *command.parameters.ttl;
  if (then && (*then < when.low || when.high < *then))
    then.reset();
  std::vector<model::counters> possible;
  std::optional<std::uint64_t> version;
  for (const auto& world : worlds_) {
    // Responses differ only by what has expired. Of the times with the same response the earliest
    // comes first and is retained: the world's time never goes back, and the next command may be
    // applied soon after it.
    auto times = world.expiries(when.low, when.high);
    times.push_back(when.low);
    if (then)
      times.push_back(*then);
    std::sort(times.begin(), times.end());
    for (const auto time : times) {
      auto next = world;
      const auto reply = next.apply(command, time);
      const auto told = to == endpoint::text ? expected_line(command, reply)
                                             : expected(command, reply, to, wants_text);
      const bool has_version = told.version.has_value();
      if (told.status != heard.status || told.is_replayed != heard.is_replayed ||
          told.expires_at != heard.expires_at || has_version != heard.version.has_value() ||
          told.body != heard.body || (has_version && !is_possible(*told.version, *heard.version)))
        continue;
      version = told.version;
      if (std::none_of(possible.begin(), possible.end(),
                       [&](const auto& one) { return is_same(one, next, when.low); }))
        possible.push_back(std::move(next));
    }
  }
  if (possible.empty())
    return false;
  worlds_ = std::move(possible);
  if (version)
    known_.emplace(*version, *heard.version);
  expires_at_ = heard.is_replayed ? std::nullopt : heard.expires_at;
  return true;
}

bool judge::has_expired(const window& when) const {
  return expires_at_ && *expires_at_ <= when.low;
}

/// Versions grow, and a version once reported does not change.
bool judge::is_possible(std::uint64_t ours, std::uint64_t theirs) const {
  const auto next = known_.lower_bound(ours);
  if (next != known_.end() && next->first == ours)
    return next->second == theirs;
  if (next != known_.end() && next->second <= theirs)
    return false;
  return next == known_.begin() ? theirs > 0 : std::prev(next)->second < theirs;
}

}  // namespace support
