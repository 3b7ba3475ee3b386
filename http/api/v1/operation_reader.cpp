#include "http/api/v1/operation_reader.hpp"

#include "counter/limits.hpp"

namespace http::v1 {

using counter::operation;
using counter::parameters;

/// The rules of each operation: its parameters, each with a function that stores it.
struct operation_rules {
  using target = operation_reader::target;
  using rule = parameter<target>;

  template <auto Member>
  static bool set_integer(target& target, const parameter_value& value) {
    const auto number = as_integer(value);
    if (number)
      target.parameters.*Member = *number;
    return number.has_value();
  }

  static bool set_create(target& target, const parameter_value& value) {
    const auto boolean = as_boolean(value);
    if (boolean)
      target.parameters.create = *boolean;
    return boolean.has_value();
  }

  static bool set_ttl(target& target, const parameter_value& value) {
    const auto seconds = as_integer(value);
    if (!seconds || *seconds < 1 || *seconds > counter::limits::ttl_max.count())
      return false;
    target.parameters.ttl = std::chrono::seconds{*seconds};
    return true;
  }

  /// Sets the member to the value at the position of `value` in `words`; false if it is not there.
  template <auto Member, auto... Values>
  static bool set_word(target& target, const parameter_value& value,
                       std::initializer_list<std::string_view> words) {
    const auto text = as_text(value);
    auto word = words.begin();
    return text && (... || (*text == *word++ ? (target.parameters.*Member = Values, true) : false));
  }

  static bool set_on_limit(target& target, const parameter_value& value) {
    using counter::on_limit;
    return set_word<&parameters::on_limit, on_limit::reject, on_limit::clamp>(target, value,
                                                                              {"reject", "clamp"});
  }

  static bool set_ttl_mode(target& target, const parameter_value& value) {
    using counter::ttl_mode;
    return set_word<&parameters::ttl_mode, ttl_mode::if_absent, ttl_mode::refresh,
                    ttl_mode::persist>(target, value, {"if_absent", "refresh", "persist"});
  }

  /// Version 0 stands for a counter that does not exist.
  static bool set_if_version(target& target, const parameter_value& value) {
    const auto version = as_integer(value);
    if (!version || *version < 0)
      return false;
    counter::condition condition;
    if (*version == 0)
      condition.if_none_match = counter::version_set{true, {}};
    else
      condition.if_match = counter::version_set{false, {static_cast<std::uint64_t>(*version)}};
    target.condition = condition;
    return true;
  }

  static std::span<const rule> of(operation operation) noexcept;
};

namespace {

using rules = operation_rules;

constexpr rules::rule ttl_rule{"ttl", "ttl must be an integer of seconds from 1 to 315360000",
                               &rules::set_ttl};

constexpr rules::rule if_version_rule{
    "if_version", "if_version must be a version, or 0 for a counter that does not exist",
    &rules::set_if_version};

constexpr rules::rule add_rules[] = {
    {"delta", "delta must be a 64-bit integer", &rules::set_integer<&parameters::operand>},
    {"initial", "initial must be a 64-bit integer", &rules::set_integer<&parameters::initial>},
    {"create", "create must be true or false", &rules::set_create},
    {"min", "min must be a 64-bit integer", &rules::set_integer<&parameters::min>},
    {"max", "max must be a 64-bit integer", &rules::set_integer<&parameters::max>},
    {"on_limit", "on_limit must be reject or clamp", &rules::set_on_limit},
    ttl_rule,
    {"ttl_mode", "ttl_mode must be if_absent, refresh or persist", &rules::set_ttl_mode},
    if_version_rule,
};

constexpr rules::rule set_rules[] = {
    {"value", "value must be a 64-bit integer", &rules::set_integer<&parameters::operand>},
    ttl_rule,
    if_version_rule,
};

constexpr rules::rule other_rules[] = {if_version_rule};

}  // namespace

std::span<const operation_rules::rule> operation_rules::of(operation operation) noexcept {
  switch (operation) {
    case operation::add:
      return add_rules;
    case operation::set:
      return set_rules;
    case operation::get:
    case operation::remove:
    case operation::bind:
      break;
  }
  return other_rules;
}

operation_reader::operation_reader(operation operation) : reader_(operation_rules::of(operation)) {
  reader_.target.parameters.operation = operation;
  if (operation == operation::add)
    reader_.target.parameters.operand = 1;
}

result<parameters> operation_reader::finish() const {
  const auto& parameters = reader_.target.parameters;
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
