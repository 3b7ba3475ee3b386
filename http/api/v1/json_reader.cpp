#include "http/api/v1/json_reader.hpp"

#include "counter/limits.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <string>
#include <vector>

namespace http::v1 {

namespace {

namespace json = boost::json;

using kind_type = json_value::kind_type;

/// A problem repeats the name of a member up to this size; longer names are no parameters anyway.
constexpr std::size_t named_bytes_max = 64;

/// The handler of a Boost.JSON parser: passes the values on, and stops at the first duplicate
/// member, or at the first object with too many members. Names are compared one by one, because a
/// peer could choose names that collide in a hash table; an object has few.
class event_handler {
public:
  using error_code = json::error_code;
  using string_view = json::string_view;

  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  explicit event_handler(json_visitor& visitor) : visitor_(visitor) {}

  std::optional<v1::problem> problem;
  bool is_object = false;  // the text

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return begin(kind_type::object); }
  bool on_object_end(std::size_t, error_code&) { return end(); }
  bool on_array_begin(error_code&) { return begin(kind_type::list); }
  bool on_array_end(std::size_t, error_code&) { return end(); }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    names_.append(part.data(), part.size());
    return true;
  }
  bool on_key(string_view rest, std::size_t, error_code&) {
    names_.append(rest.data(), rest.size());
    const std::size_t begin = members_.empty() ? 0 : members_.back();
    members_.push_back(names_.size());
    return check_member({names_.data() + begin, names_.size() - begin});
  }
  bool on_string_part(string_view part, std::size_t, error_code&) {
    string_.append(part.data(), part.size());
    return true;
  }
  bool on_string(string_view rest, std::size_t, error_code&) {
    if (string_.empty())
      return value(json_value{std::string_view{rest.data(), rest.size()}});
    string_.append(rest.data(), rest.size());
    value(json_value{std::string_view{string_}});
    string_.clear();
    return true;
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, string_view, error_code&) { return value(json_value{number}); }
  bool on_uint64(std::uint64_t, string_view, error_code&) {
    return value(json_value{kind_type::other});
  }
  bool on_double(double, string_view, error_code&) { return value(json_value{kind_type::other}); }
  bool on_bool(bool boolean, error_code&) { return value(json_value{boolean}); }
  bool on_null(error_code&) { return value(json_value{kind_type::other}); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

private:
  /// An object or a list that has not ended.
  struct container {
    kind_type kind;
    std::size_t first_member;  // in members_
    std::size_t values = 0;    // complete
  };

  bool begin(kind_type kind) {
    visitor_.value(open_.size(), name(), json_value{kind});
    is_object = is_object || (open_.empty() && kind == kind_type::object);
    open_.push_back({kind, members_.size()});
    return true;
  }
  bool end() {
    members_.resize(open_.back().first_member);
    names_.resize(members_.empty() ? 0 : members_.back());
    open_.pop_back();
    visitor_.end(open_.size());
    return complete();
  }
  bool value(const json_value& value) {
    visitor_.value(open_.size(), name(), value);
    return complete();
  }
  bool complete() {
    if (!open_.empty())
      ++open_.back().values;
    return true;
  }

  /// The name of the member whose value comes next.
  std::string_view name() const {
    return open_.empty() || open_.back().kind == kind_type::list ? std::string_view{}
                                                                 : name_of(members_.size() - 1);
  }
  std::string_view name_of(std::size_t member) const {
    const std::size_t begin = member == 0 ? 0 : members_[member - 1];
    return {names_.data() + begin, members_[member] - begin};
  }

  bool check_member(std::string_view added) {
    const auto last = members_.size() - 1;
    if (last - open_.back().first_member == counter::limits::json_members_max) {
      problem = v1::problem{code::invalid_parameter, "an object has too many members", index()};
      return false;
    }
    for (auto member = open_.back().first_member; member < last; ++member) {
      if (name_of(member) != added)
        continue;
      const bool is_short = added.size() <= named_bytes_max;
      problem =
          v1::problem{code::duplicate_parameter,
                      (is_short ? std::string{added} : "a member") + " is given twice", index()};
      return false;
    }
    return true;
  }
  /// The index of the operation being parsed: a batch is an object with one list of objects.
  std::optional<std::size_t> index() const {
    if (open_.size() == 3 && open_[1].kind == kind_type::list)
      return open_[1].values;
    return std::nullopt;
  }

  json_visitor& visitor_;
  std::vector<container> open_;
  std::string names_;                 // of the members of all open objects, one after another
  std::vector<std::size_t> members_;  // where the name of each ends
  std::string string_;                // the parts of a string, if there are several
};

}  // namespace

maybe_problem read_json(std::string_view text, json_visitor& visitor) {
  if (text.starts_with("\xef\xbb\xbf"))
    return problem{code::malformed_json, "the body begins with a byte order mark"};
  json::parse_options options;
  options.max_depth = counter::limits::json_depth_max;
  json::error_code error;
  json::basic_parser<event_handler> parser{options, visitor};
  const auto read = parser.write_some(false, text.data(), text.size(), error);
  if (parser.handler().problem)
    return std::move(parser.handler().problem);
  if (!error && read < text.size())
    error = json::error::extra_data;
  if (error)
    return problem{code::malformed_json, "the body is not JSON: " + error.message()};
  if (!parser.handler().is_object)
    return problem{code::malformed_json, "the body is not a JSON object"};
  return std::nullopt;
}

}  // namespace http::v1
