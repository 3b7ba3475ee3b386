#pragma once

#include "counter/integer.hpp"
#include "http/api/v1/json_value.hpp"
#include "http/api/v1/media_type.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/request.hpp"
#include "http/protocol/target.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace http::v1 {

/// The value of a parameter as sent: decoded text from a query or a form, which is borrowed, or a
/// member of a JSON object.
using parameter_value = std::variant<std::string_view, json_value>;

/// These return nullopt when the value has another type. Text is parsed as an integer, or as
/// `true` or `false`; a JSON value is not converted, so `"1"` is no integer.
std::optional<std::int64_t> as_integer(const parameter_value& value) noexcept;
std::optional<bool> as_boolean(const parameter_value& value) noexcept;
std::optional<std::string_view> as_text(const parameter_value& value) noexcept;

/// Returns what a person may not see in text that is refused as a value, `; ...`: it begins or ends
/// with a space or a line end. Empty if there is nothing of that kind.
std::string_view hint_on(std::string_view refused) noexcept;

/// Returns the detail of the problem with a refused value: `rule` and a hint.
std::string refusal_of_value(std::string_view rule, const parameter_value& value);

/// Returns the detail of the problem with an unknown parameter.
std::string refusal_of_name(std::string_view name);

/// Accepts one parameter, or returns the problem with it. The views are valid during the call only.
using parameter_sink =
    std::function<maybe_problem(std::string_view name, const parameter_value& value)>;

/// Calls `accept` for each parameter in order and returns the first problem, or nullopt. The
/// percent-encoding of `raw_query` must be valid, see has_good_encoding().
maybe_problem read_query(std::string_view raw_query, const parameter_sink& accept);

/// Does the same for the members of a JSON object, see read_json(). They are void if the text has a
/// problem.
maybe_problem read_members(std::string_view json, const parameter_sink& accept);

/// Does the same for the body, which Content-Type declares to be a form or a JSON object. An empty
/// body has no parameters; any other type is the problem unsupported_media_type.
maybe_problem read_body(const request& request, const parameter_sink& accept);

/// A parameter that can be stored in a Target.
template <class Target>
struct parameter {
  std::string_view name;
  /// The detail of the problem when set() refuses a value: `delta must be a 64-bit integer`.
  std::string_view rule;
  bool (*set)(Target&, const parameter_value&);  ///< returns false to refuse the value
};

/// Stores parameters in a Target. A parameter that is unknown, repeated or refused by its rule is a
/// problem.
template <class Target>
class parameter_reader {
public:
  /// `known` has at most 64 elements and is borrowed.
  explicit parameter_reader(std::span<const parameter<Target>> known) : known_(known) {}

  maybe_problem accept(std::string_view name, const parameter_value& value) {
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (known_[i].name != name)
        continue;
      if (has(i))
        return problem{code::duplicate_parameter, std::string{name} + " is given twice"};
      seen_ |= std::uint64_t{1} << i;
      if (!known_[i].set(target, value))
        return problem{code::invalid_value, refusal_of_value(known_[i].rule, value)};
      return std::nullopt;
    }
    return problem{code::invalid_parameter, refusal_of_name(name)};
  }

  /// Returns true if the parameter was given, even with a refused value.
  bool has(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < known_.size(); ++i)
      if (known_[i].name == name)
        return has(i);
    return false;
  }

  /// Returns accept() as a sink, which borrows this reader.
  parameter_sink sink() {
    return
        [this](std::string_view name, const parameter_value& value) { return accept(name, value); };
  }

  Target target{};

private:
  bool has(std::size_t index) const noexcept { return ((seen_ >> index) & 1) != 0; }

  std::span<const parameter<Target>> known_;
  std::uint64_t seen_ = 0;
};

}  // namespace http::v1
