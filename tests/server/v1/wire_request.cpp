#include "tests/server/v1/wire_request.hpp"

#include "tests/server/v1/support.hpp"

#include <boost/json/serialize.hpp>

#include <iterator>
#include <utility>

namespace support {

namespace {

using counter::operation;
using model::dice;

struct parameter {
  std::string name;
  std::string text;
  bool is_word = false;
};

/// Gives some default values and omits others.
std::vector<parameter> parameters_of(dice& random, const counter::parameters& parameters) {
  std::vector<parameter> all;
  auto add = [&](bool is_needed, const char* name, const std::string& text, bool is_word = false) {
    if (is_needed || random.one_in(4))
      all.insert(all.begin() + static_cast<std::ptrdiff_t>(random.roll(all.size() + 1)),
                 {name, text, is_word});
  };
  if (parameters.operation == operation::get || parameters.operation == operation::remove)
    return all;
  if (parameters.ttl)
    add(true, "ttl", std::to_string(parameters.ttl->count()));
  if (parameters.operation == operation::set) {
    add(true, "value", std::to_string(parameters.operand));
    return all;
  }
  add(parameters.operand != 1, "delta", std::to_string(parameters.operand));
  add(parameters.initial != 0, "initial", std::to_string(parameters.initial));
  add(!parameters.create, "create", parameters.create ? "true" : "false");
  if (parameters.min)
    add(true, "min", std::to_string(*parameters.min));
  if (parameters.max)
    add(true, "max", std::to_string(*parameters.max));
  const bool clamps = parameters.on_limit == counter::on_limit::clamp;
  add(clamps, "on_limit", clamps ? "clamp" : "reject", true);
  constexpr const char* modes[] = {"if_absent", "refresh", "persist"};
  add(parameters.ttl_mode != counter::ttl_mode::if_absent, "ttl_mode",
      modes[static_cast<std::size_t>(parameters.ttl_mode)], true);
  return all;
}

std::string as_pairs(const std::vector<parameter>& all) {
  std::string text;
  for (const auto& [name, value, is_word] : all)
    text.append(text.empty() ? "" : "&").append(name).append("=").append(encoded(value));
  return text;
}

/// Returns the members of an object.
std::string as_members(const std::vector<parameter>& all) {
  std::string text;
  for (const auto& [name, value, is_word] : all) {
    const std::string quote = is_word ? "\"" : "";
    text.append(text.empty() ? "\"" : ",\"").append(name).append("\":");
    text.append(quote).append(value).append(quote);
  }
  return text;
}

using version_pair = version_map::value_type;

/// Returns one of the latest versions. `known` is not empty.
version_pair recent(dice& random, const version_map& known) {
  auto version = std::prev(known.end());
  for (auto back = random.roll(3); back > 0 && version != known.begin(); --back)
    --version;
  return *version;
}

/// The representation of which a request takes the tags.
enum class tags_of { json, text, both };

/// Returns a field value, and its versions of the model. If-Match does not count weak tags.
std::pair<std::string, counter::version_set> random_tags(dice& random, const version_map& known,
                                                         tags_of taken, bool counts_weak) {
  if (random.one_in(3))
    return {"*", {.is_any = true}};
  counter::version_set versions;
  std::string field = random.pick<std::string>({"\"other\"", "\"\"", "W/\"1\""});
  for (auto left = random.roll(3); left > 0 && !known.empty(); --left) {
    const auto [model_version, server_version] = recent(random, known);
    const bool is_weak = random.one_in(5);
    const auto tags = random.one_in(3) ? tags_of::text : tags_of::json;
    field += std::string{is_weak ? ", W/\"" : " ,\""} + std::to_string(server_version) +
             (tags == tags_of::text ? "-text\"" : "\"");
    if ((!is_weak || counts_weak) && (taken == tags_of::both || taken == tags))
      versions.listed.push_back(model_version);
  }
  return {field, versions};
}

std::string add_condition(dice& random, const version_map& known, tags_of taken,
                          counter::condition& condition) {
  std::string fields;
  if (random.one_in(5)) {
    auto [field, versions] = random_tags(random, known, taken, false);
    fields += "If-Match: " + field + "\r\n";
    condition.if_match = versions;
  }
  if (random.one_in(7)) {
    auto [field, versions] = random_tags(random, known, taken, true);
    fields += "If-None-Match: " + field + "\r\n";
    condition.if_none_match = versions;
  }
  return fields;
}

const char* method_of(operation operation) {
  constexpr const char* methods[] = {"GET", "PUT", "POST", "DELETE"};
  return methods[static_cast<std::size_t>(operation)];
}

/// Returns a request with some parameters in the query, the others in the body.
std::string render(dice& random, const counter::full_command& command, const std::string& fields) {
  auto in_query = parameters_of(random, command.parameters);
  const auto split =
      in_query.begin() + static_cast<std::ptrdiff_t>(
                             random.one_in(3) ? in_query.size() : random.roll(in_query.size() + 1));
  const std::vector<parameter> in_body(split, in_query.end());
  in_query.erase(split, in_query.end());
  const auto* method = method_of(command.parameters.operation);
  const auto target = counter_path(command.name, as_pairs(in_query));
  if (in_body.empty() && random.one_in(2))
    return request(method, target, fields);
  if (random.one_in(2))
    return with_form(method, target, as_pairs(in_body), fields);
  return with_json(method, target, "{" + as_members(in_body) + "}", fields);
}

/// Returns no field, or an Idempotency-Key-TTL that is longer than a test.
std::string random_ttl_field(dice& random) {
  return random.one_in(3) ? "Idempotency-Key-TTL: 3600\r\n" : "";
}

/// The key of each batch is bound until then.
constexpr counter::time_point after_the_test{std::chrono::hours{24 * 365 * 200}};

}  // namespace

wire_request random_text_request(dice& random, const std::string& name) {
  counter::full_command command{name};
  auto& parameters = command.parameters;
  parameters.operation = random.pick({operation::get, operation::set, operation::add});
  const auto number = model::random_integer(random);
  parameters.operand = parameters.operation == operation::set ? number : 1;
  constexpr const char* paths[] = {"/get?name=", "/set?name=", "/inc?name="};
  auto target = paths[static_cast<std::size_t>(parameters.operation)] + encoded(name);
  if (parameters.operation == operation::set)
    target += "&val=" + std::to_string(number);
  return {endpoint::text, false, {command}, request(random.pick({"GET", "POST"}), target)};
}

wire_request random_single_request(dice& random, const std::string& name,
                                   const version_map& known) {
  counter::full_command command{name, model::random_parameters(random)};
  // The response must have the expiry: the model cannot know it otherwise.
  const bool wants_text = !command.parameters.ttl && random.one_in(5);
  const auto taken = command.parameters.operation != operation::get ? tags_of::both
                     : wants_text                                   ? tags_of::text
                                                                    : tags_of::json;
  auto fields = add_condition(random, known, taken, command.condition);
  if (command.parameters.operation != operation::get && random.one_in(4)) {
    command.idempotency_key = random.pick<std::string>({"k", "l", "kl"});
    fields += key_field(random.one_in(2) ? "\"" + command.idempotency_key + "\""
                                         : command.idempotency_key);
    fields += random_ttl_field(random);
  }
  if (wants_text)
    fields += "Accept: text/plain\r\n";
  auto bytes = render(random, command, fields);
  return {endpoint::single, wants_text, {std::move(command)}, std::move(bytes)};
}

wire_operation random_operation(dice& random, const std::string& name, const version_map& known) {
  counter::full_command command{name, model::random_parameters(random)};
  constexpr const char* operations[] = {"get", "set", "add", "delete"};
  std::string json = R"({"name":)" + json::serialize(json::value(name)) + R"(,"op":")" +
                     operations[static_cast<std::size_t>(command.parameters.operation)] + "\"";
  if (random.one_in(10)) {
    command.condition.if_none_match = counter::version_set{true, {}};
    json += R"(,"if_version":0)";
  } else if (random.one_in(5) && !known.empty()) {
    const auto [model_version, server_version] = recent(random, known);
    command.condition.if_match = counter::version_set{false, {model_version}};
    json += R"(,"if_version":)" + std::to_string(server_version);
  }
  const auto members = as_members(parameters_of(random, command.parameters));
  json += (members.empty() ? "" : ",") + members + "}";
  return {std::move(command), std::move(json)};
}

wire_request random_batch_request(dice& random, std::vector<wire_operation> operations) {
  const auto key = random.one_in(2) ? "k" + std::to_string(random.roll(200)) : std::string{};
  wire_request result{endpoint::batch, false, {}, {}};
  std::string list;
  for (auto& [command, json] : operations) {
    list += (list.empty() ? "" : ",") + json;
    command.idempotency_key = key;
    command.position = static_cast<std::uint16_t>(result.commands.size());
    if (!key.empty())
      command.forget_at = after_the_test;
    result.commands.push_back(std::move(command));
  }
  result.bytes = batch_of(list, key.empty() ? "" : key_field(key) + random_ttl_field(random));
  return result;
}

}  // namespace support
