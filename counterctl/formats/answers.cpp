#include "counterctl/formats/answers.hpp"

#include "counterctl/formats/json_value.hpp"

#include <boost/json/serialize.hpp>

#include <stdexcept>

namespace counterctl {

namespace {

namespace json = boost::json;

[[noreturn]] void refuse_body() {
  throw std::runtime_error{"the answer is not a counterd's: is the address right?"};
}

json::object parse_object(std::string_view body) {
  try {
    auto value = parse_json(body);
    if (value.is_object())
      return std::move(value.get_object());
  } catch (const std::runtime_error&) {
    // Said below: what was expected matters more than where the text is wrong.
  }
  refuse_body();
}

const json::array& array_of(const json::object& object, std::string_view name) {
  const auto* member = find(object, name);
  if (member == nullptr || !member->is_array())
    refuse_body();
  return member->get_array();
}

const json::object& object_of(const json::value& value) {
  if (!value.is_object())
    refuse_body();
  return value.get_object();
}

std::optional<counter_state> find_state(const json::object& object) {
  auto name = text_of(find(object, "name"));
  const auto value = integer_of(find(object, "value"));
  const auto version = integer_of(find(object, "version"));
  if (!name || !value || !version)
    return std::nullopt;
  return counter_state{std::move(*name), *value, integer_of(find(object, "previous")),
                       static_cast<std::uint64_t>(*version),
                       text_of(find(object, "expires_at")).value_or("")};
}

counter_state state_of(const json::object& object) {
  auto state = find_state(object);
  if (!state)
    refuse_body();
  return std::move(*state);
}

counter_page page_of(const json::object& object) {
  counter_page page;
  for (const auto& element : array_of(object, "counters")) {
    page.counters.push_back(state_of(object_of(element)));
    page.lines.push_back(json::serialize(element));
  }
  return page;
}

problem problem_in(const json::object& object) {
  const auto text = [&](std::string_view name) { return text_of(find(object, name)).value_or(""); };
  return {text("code"), text("title"), text("detail"), integer_of(find(object, "index")),
          integer_of(find(object, "value"))};
}

void flatten_into(std::vector<std::pair<std::string, std::string>>& members,
                  const std::string& prefix, const json::value& value) {
  if (!value.is_object()) {
    members.emplace_back(prefix, text_of(&value).value_or(json::serialize(value)));
    return;
  }
  for (const auto& [name, inner] : value.get_object())
    flatten_into(members, prefix.empty() ? std::string{name} : prefix + "." + std::string{name},
                 inner);
}

}  // namespace

problem problem_of(std::string_view body) {
  if (!body.starts_with('{'))
    return {};
  try {
    const auto value = parse_json(body);
    return problem_in(value.get_object());
  } catch (const std::runtime_error&) {
    return {};
  }
}

counter_state parse_state(std::string_view body) {
  return state_of(parse_object(body));
}

counter_page parse_page(std::string_view body) {
  const auto object = parse_object(body);
  auto page = page_of(object);
  const auto* cursor = find(object, "next_cursor");
  page.next_cursor = text_of(cursor);
  const bool is_end = cursor != nullptr && cursor->is_null();
  if (!is_end && page.next_cursor.value_or("").empty())
    refuse_body();
  return page;
}

counter_page parse_top(std::string_view body) {
  return page_of(parse_object(body));
}

deletion parse_deletion(std::string_view body) {
  const auto object = parse_object(body);
  const auto deleted = integer_of(find(object, "deleted")).value_or(-1);
  const auto* has_more = find(object, "has_more");
  if (deleted < 0 || has_more == nullptr || !has_more->is_bool())
    refuse_body();
  return {static_cast<std::uint64_t>(deleted), has_more->get_bool()};
}

std::vector<operation_result> parse_results(std::string_view body) {
  const auto object = parse_object(body);
  std::vector<operation_result> results;
  for (const auto& element : array_of(object, "results")) {
    const auto& members = object_of(element);
    const auto status = integer_of(find(members, "status"));
    if (!status)
      refuse_body();
    const auto* replayed = find(members, "replayed");
    operation_result result{static_cast<int>(*status), find_state(members), problem_in(members),
                            replayed != nullptr && replayed->is_bool() && replayed->get_bool(),
                            json::serialize(element)};
    results.push_back(std::move(result));
  }
  return results;
}

bool is_answer(int status, std::string_view body, const answer& expected) {
  try {
    switch (expected.kind) {
      case answer_kind::state:
        parse_state(body);
        return true;
      case answer_kind::page:
        parse_page(body);
        return true;
      case answer_kind::top:
        parse_top(body);
        return true;
      case answer_kind::results:
        return parse_results(body).size() == expected.results;
      case answer_kind::deletion:
        parse_deletion(body);
        return true;
      case answer_kind::nothing:
        return status == 204;
      case answer_kind::info:
        return text_of(find(parse_object(body), "version")).has_value();
      case answer_kind::stats:
        array_of(parse_object(body), "metrics");
        return true;
      case answer_kind::backup:
        return text_of(find(parse_object(body), "path")).has_value();
    }
  } catch (const std::runtime_error&) {
    return false;
  }
  return false;
}

std::string to_json(const counter_state& state) {
  json::object object;
  object["name"] = state.name;
  object["value"] = state.value;
  object["version"] = state.version;
  object["expires_at"] = nullptr;
  if (!state.expires_at.empty())
    object["expires_at"] = state.expires_at;
  return json::serialize(object);
}

std::string quote_json(std::string_view text) {
  return json::serialize(json::string_view{text.data(), text.size()});
}

bool is_json_object(std::string_view text) {
  try {
    return parse_json(text).is_object();
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::vector<std::pair<std::string, std::string>> flatten(std::string_view body) {
  std::vector<std::pair<std::string, std::string>> members;
  flatten_into(members, "", parse_object(body));
  return members;
}

std::string member_of(std::string_view body, std::string_view name) {
  const auto object = parse_object(body);
  return text_of(find(object, name)).value_or("");
}

std::int64_t integer_member_of(std::string_view body, std::string_view name) {
  const auto object = parse_object(body);
  const auto number = integer_of(find(object, name));
  if (!number)
    refuse_body();
  return *number;
}

namespace {

std::int64_t integer_in(std::string_view info, std::string_view group, std::string_view name) {
  const auto object = parse_object(info);
  const auto* inner = find(object, group);
  if (inner == nullptr || !inner->is_object())
    refuse_body();
  const auto number = integer_of(find(inner->get_object(), name));
  if (!number)
    refuse_body();
  return *number;
}

}  // namespace

idempotency_info idempotency_of(std::string_view info) {
  return {integer_in(info, "limits", "idempotency_ttl_seconds"),
          integer_in(info, "limits", "idempotency_records"),
          integer_in(info, "usage", "idempotency_records")};
}

}  // namespace counterctl
