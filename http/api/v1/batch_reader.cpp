#include "http/api/v1/batch_reader.hpp"

#include "counter/limits.hpp"
#include "counter/name.hpp"
#include "http/api/v1/json_reader.hpp"
#include "http/api/v1/media_type.hpp"
#include "http/api/v1/operation_reader.hpp"

#include <algorithm>
#include <utility>

namespace http::v1 {

namespace {

using counter::operation;
using kind_type = json_value::kind_type;

/// The shortest operation, with the comma that follows it.
constexpr std::size_t operation_bytes_min = std::string_view{R"({"op":"get","name":"x"},)"}.size();

/// The members of an operation. They are collected first, because `op`, which may be the last one,
/// tells what the others mean.
class member_list {
public:
  void clear() noexcept {
    members_.clear();
    text_.clear();
  }

  void add(std::string_view name, const json_value& value) {
    const auto string = value.if_string().value_or(std::string_view{});
    members_.push_back({text_.size(), name.size(), string.size(), value});
    text_.append(name).append(string);
  }

  /// Calls `accept(name, value)` for each member in order and returns the first problem, or
  /// nullopt.
  template <class Accept>
  maybe_problem for_each(Accept accept) const {
    for (const auto& entry : members_) {
      const auto name = std::string_view{text_}.substr(entry.offset, entry.name_bytes);
      const auto string =
          std::string_view{text_}.substr(entry.offset + entry.name_bytes, entry.string_bytes);
      const auto& value = entry.value;
      if (auto problem = accept(name, value.is(kind_type::string) ? json_value{string} : value))
        return problem;
    }
    return std::nullopt;
  }

private:
  struct member {
    std::size_t offset;  // in text_: of the name, which the string follows
    std::size_t name_bytes;
    std::size_t string_bytes;
    json_value value;  // its text is void
  };

  std::vector<member> members_;
  std::string text_;
};

std::optional<operation> operation_of(std::string_view word) noexcept {
  if (word == "add")
    return operation::add;
  if (word == "set")
    return operation::set;
  if (word == "get")
    return operation::get;
  return word == "delete" ? std::optional{operation::remove} : std::nullopt;
}

/// Reads one member of an operation: `op`, `name` or a parameter of the operation.
maybe_problem read_member(std::string_view member, const json_value& value,
                          counter::full_command& command, operation_reader& parameters) {
  if (member == "op")
    return std::nullopt;
  if (member == "name") {
    const auto name = value.if_string();
    if (!name || !counter::is_valid_name(*name))
      return problem{code::invalid_name,
                     "a name must be a string of 1 to 256 bytes without control characters"};
    command.name = *name;
    return std::nullopt;
  }
  return parameters.accept(member, value);
}

maybe_problem read_operation(const member_list& members, counter::full_command& command) {
  bool has_op = false;
  std::optional<operation> operation;
  members.for_each([&](std::string_view name, const json_value& value) -> maybe_problem {
    if (name == "op") {
      has_op = true;
      operation = operation_of(value.if_string().value_or(std::string_view{}));
    }
    return std::nullopt;
  });
  if (!has_op)
    return problem{code::invalid_parameter, "op is missing"};
  if (!operation)
    return problem{code::invalid_value, "op must be add, set, get or delete"};
  operation_reader parameters{*operation};
  if (auto defect = members.for_each([&](std::string_view name, const json_value& value) {
        return read_member(name, value, command, parameters);
      }))
    return defect;
  if (command.name.empty())
    return problem{code::invalid_parameter, "name is missing"};
  const auto complete = parameters.finish();
  if (!complete)
    return complete.error();
  command.parameters = *complete;
  command.condition = parameters.condition().value_or(counter::condition{});
  return std::nullopt;
}

/// Makes commands of the operations as they are parsed. After the first invalid one it only counts
/// them.
class operation_visitor final : public json_visitor {
public:
  operation_visitor(std::vector<counter::full_command>& commands, const std::string& key)
      : commands_(commands),
        key_(key) {}

  void value(std::size_t depth, std::string_view name, const json_value& value) override {
    if (depth == 1)
      begin_member(name, value);
    else if (depth == 2 && is_list_)
      begin_element(value);
    else if (depth == 3 && is_operation_)
      members_.add(name, value);
  }

  void end(std::size_t depth) override {
    if (depth != 2 || !std::exchange(is_operation_, false) || problem_)
      return;
    auto& command = commands_.emplace_back();
    command.idempotency_key = key_;
    command.position = static_cast<std::uint16_t>(commands_.size() - 1);
    report(read_operation(members_, command));
  }

  /// Returns the problem with a text that is valid JSON, or nullopt.
  maybe_problem problem() const {
    if (has_other_member_)
      return v1::problem{code::invalid_parameter, "a batch has no member but ops"};
    if (!has_operations_)
      return v1::problem{code::invalid_parameter, "ops is missing"};
    if (!is_list_)
      return v1::problem{code::invalid_value, "ops must be a list"};
    if (count_ < 1 || count_ > counter::limits::batch_max)
      return v1::problem{code::invalid_value, "a batch must have 1 to 1000 operations"};
    return problem_;
  }

private:
  void begin_member(std::string_view name, const json_value& value) {
    if (name != "ops") {
      has_other_member_ = true;
      return;
    }
    has_operations_ = true;
    is_list_ = value.is(kind_type::list);
  }

  void begin_element(const json_value& value) {
    members_.clear();
    is_operation_ = false;
    if (++count_ > counter::limits::batch_max)
      return;  // the batch is refused, whatever the operation is
    is_operation_ = value.is(kind_type::object);
    if (!is_operation_)
      report(v1::problem{code::invalid_value, "an operation must be an object"});
  }

  void report(maybe_problem found) {
    if (!found || problem_)
      return;
    problem_ = std::move(found);
    problem_->index = count_ - 1;
  }

  std::vector<counter::full_command>& commands_;
  const std::string& key_;
  member_list members_;    // of the operation being parsed
  maybe_problem problem_;  // with the first invalid operation
  std::size_t count_ = 0;  // operations that have begun
  bool has_other_member_ = false;
  bool has_operations_ = false;
  bool is_list_ = false;       // the value of `ops`
  bool is_operation_ = false;  // the element being parsed is an object
};

}  // namespace

result<std::vector<counter::full_command>> read_batch(const request& request,
                                                      const std::string& key) {
  const auto type = request.fields.find(header_fields::name::content_type).value_or("");
  if (!request.body.empty() && type_of(type) != media_type::json)
    return problem{code::unsupported_media_type, "a batch must be application/json"};
  std::vector<counter::full_command> commands;
  commands.reserve(
      std::min(counter::limits::batch_max, request.body.size() / operation_bytes_min + 1));
  operation_visitor operations{commands, key};
  if (auto defect = read_json(request.body, operations))
    return std::move(*defect);
  if (auto defect = operations.problem())
    return std::move(*defect);
  return commands;
}

}  // namespace http::v1
