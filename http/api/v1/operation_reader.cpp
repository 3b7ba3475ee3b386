#include "http/api/v1/operation_reader.hpp"

#include "counter/limits.hpp"

namespace http::v1 {

namespace {

using counter::operation;
using counter::parameters;
using rule = parameter<parameters>;

template <auto Member>
bool set_integer(parameters& target, const parameter_value& value) {
  const auto number = as_integer(value);
  if (number)
    target.*Member = *number;
  return number.has_value();
}

bool set_create(parameters& target, const parameter_value& value) {
  const auto boolean = as_boolean(value);
  if (boolean)
    target.create = *boolean;
  return boolean.has_value();
}

bool set_ttl(parameters& target, const parameter_value& value) {
  const auto seconds = as_integer(value);
  if (!seconds || *seconds < 1 || *seconds > counter::limits::ttl_max.count())
    return false;
  target.ttl = std::chrono::seconds{*seconds};
  return true;
}

/// Sets the member to the value at the position of `value` in `words`; false if it is not there.
template <auto Member, auto... Values>
bool set_word(parameters& target, const parameter_value& value,
              std::initializer_list<std::string_view> words) {
  const auto text = as_text(value);
  auto word = words.begin();
  return text && (... || (*text == *word++ ? (target.*Member = Values, true) : false));
}

bool set_on_limit(parameters& target, const parameter_value& value) {
  return set_word<&parameters::on_limit, counter::on_limit::reject, counter::on_limit::clamp>(
      target, value, {"reject", "clamp"});
}

bool set_ttl_mode(parameters& target, const parameter_value& value) {
  return set_word<&parameters::ttl_mode, counter::ttl_mode::if_absent, counter::ttl_mode::refresh,
                  counter::ttl_mode::persist>(target, value, {"if_absent", "refresh", "persist"});
}

constexpr rule ttl_rule{"ttl", "ttl must be an integer of seconds from 1 to 315360000", &set_ttl};

constexpr rule add_rules[] = {
    {"delta", "delta must be a 64-bit integer", &set_integer<&parameters::operand>},
    {"initial", "initial must be a 64-bit integer", &set_integer<&parameters::initial>},
    {"create", "create must be true or false", &set_create},
    {"min", "min must be a 64-bit integer", &set_integer<&parameters::min>},
    {"max", "max must be a 64-bit integer", &set_integer<&parameters::max>},
    {"on_limit", "on_limit must be reject or clamp", &set_on_limit},
    ttl_rule,
    {"ttl_mode", "ttl_mode must be if_absent, refresh or persist", &set_ttl_mode},
};

constexpr rule set_rules[] = {
    {"value", "value must be a 64-bit integer", &set_integer<&parameters::operand>},
    ttl_rule,
};

std::span<const rule> rules_of(operation operation) noexcept {
  switch (operation) {
    case operation::add:
      return add_rules;
    case operation::set:
      return set_rules;
    case operation::get:
    case operation::remove:
      break;
  }
  return {};
}

}  // namespace

operation_reader::operation_reader(operation operation) : reader_(rules_of(operation)) {
  reader_.target.operation = operation;
  if (operation == operation::add)
    reader_.target.operand = 1;
}

result<parameters> operation_reader::finish() const {
  const auto& parameters = reader_.target;
  if (parameters.operation == operation::set && !reader_.has("value"))
    return problem{code::invalid_parameter, "value is missing"};
  if (parameters.min && parameters.max && *parameters.min > *parameters.max)
    return problem{code::invalid_parameter, "min is greater than max"};
  if (parameters.ttl_mode == counter::ttl_mode::refresh && !parameters.ttl)
    return problem{code::invalid_parameter, "ttl_mode refresh needs a ttl"};
  if (parameters.ttl_mode == counter::ttl_mode::persist && parameters.ttl)
    return problem{code::invalid_parameter, "ttl_mode persist takes no ttl"};
  return parameters;
}

}  // namespace http::v1
