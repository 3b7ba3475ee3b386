#pragma once

#include "counter/integer.hpp"
#include "http/api/v1/json_text.hpp"
#include "http/api/v1/media_type.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/request.hpp"
#include "http/protocol/target.hpp"

#include <boost/json/object.hpp>

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

/// The value of a parameter as it came: the text of a query or a form, or a
/// member of a JSON object. Both are borrowed.
using parameter_value = std::variant<std::string_view, const boost::json::value*>;

/// Nothing when it is none.
std::optional<std::int64_t> as_integer(const parameter_value& value) noexcept;
std::optional<bool> as_boolean(const parameter_value& value) noexcept;
std::optional<std::string_view> as_text(const parameter_value& value) noexcept;

using maybe_problem = std::optional<problem>;

/// Where the parameters of a request are: `accept(name, value)` is called for
/// each, until one is a problem.
using parameter_sink =
    std::function<maybe_problem(std::string_view name, const parameter_value& value)>;

maybe_problem read_query(std::string_view raw_query, const parameter_sink& accept);
maybe_problem read_object(const boost::json::object& object, const parameter_sink& accept);

/// The body of a request, by its Content-Type: a form or a JSON object.
maybe_problem read_body(const request& request, const parameter_sink& accept);

/// One of the parameters that Target can take.
template <class Target>
struct parameter {
  std::string_view name;
  /// What is wrong with a value that is refused: `delta must be an integer`.
  std::string_view rule;
  bool (*set)(Target&, const parameter_value&);  ///< false: refused
};

/// Takes parameters, each at most once, into a Target.
template <class Target>
class parameter_reader {
public:
  /// At most 64, borrowed.
  explicit parameter_reader(std::span<const parameter<Target>> known) : known_(known) {}

  maybe_problem accept(std::string_view name, const parameter_value& value) {
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (known_[i].name != name)
        continue;
      if (has(i))
        return problem{code::duplicate_parameter, std::string{name} + " is given twice"};
      seen_ |= std::uint64_t{1} << i;
      if (!known_[i].set(target, value))
        return problem{code::invalid_value, std::string{known_[i].rule}};
      return std::nullopt;
    }
    return problem{code::invalid_parameter, "there is no parameter of this name here"};
  }

  bool has(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < known_.size(); ++i)
      if (known_[i].name == name)
        return has(i);
    return false;
  }

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
