#include "http/api/v1/json_text.hpp"

#include "counter/limits.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <set>
#include <vector>

namespace http::v1 {

namespace {

namespace json = boost::json;

/// A problem repeats the name of a member up to this size; longer names are no parameters anyway.
constexpr std::size_t named_bytes_max = 64;

/// The handler of a Boost.JSON parser that stops at the first duplicate member, or at the first
/// object with too many members.
class duplicate_finder {
public:
  using error_code = json::error_code;
  using string_view = json::string_view;

  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  std::optional<v1::problem> problem;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return begin(false); }
  bool on_object_end(std::size_t, error_code&) { return end(); }
  bool on_array_begin(error_code&) { return begin(true); }
  bool on_array_end(std::size_t, error_code&) { return end(); }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(string_view rest, std::size_t, error_code&) {
    key_.append(rest.data(), rest.size());
    if (open_.back().keys.size() == counter::limits::json_members_max) {
      problem = v1::problem{code::invalid_parameter, "an object has too many members", index()};
      return false;
    }
    if (!open_.back().keys.insert(key_).second) {
      const bool is_short = key_.size() <= named_bytes_max;
      problem = v1::problem{code::duplicate_parameter,
                            (is_short ? key_ : "a member") + " is given twice", index()};
      return false;
    }
    key_.clear();
    return true;
  }
  bool on_string_part(string_view, std::size_t, error_code&) { return true; }
  bool on_string(string_view, std::size_t, error_code&) { return value(); }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, string_view, error_code&) { return value(); }
  bool on_uint64(std::uint64_t, string_view, error_code&) { return value(); }
  bool on_double(double, string_view, error_code&) { return value(); }
  bool on_bool(bool, error_code&) { return value(); }
  bool on_null(error_code&) { return value(); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

private:
  struct container {
    bool is_array = false;
    std::set<std::string> keys{};
    std::size_t values = 0;  // complete
  };

  bool begin(bool is_array) {
    open_.push_back({is_array});
    return true;
  }
  bool end() {
    open_.pop_back();
    return value();
  }
  bool value() {
    if (!open_.empty())
      ++open_.back().values;
    return true;
  }
  /// The index of the operation being parsed: a batch is an object with one list of objects.
  std::optional<std::size_t> index() const {
    if (open_.size() == 3 && open_[1].is_array)
      return open_[1].values;
    return std::nullopt;
  }

  std::vector<container> open_;
  std::string key_;
};

}  // namespace

std::string to_text(const json::object& object) {
  return json::serialize(object) + "\n";
}

result<json::object> parse_object(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf"))
    return problem{code::malformed_json, "the body begins with a byte order mark"};
  json::parse_options options;
  options.max_depth = counter::limits::json_depth_max;
  json::error_code error;
  // This check runs before the parse: a peer can choose names that collide in the hash table of a
  // Boost.JSON object, and a large object would then take seconds to build.
  json::basic_parser<duplicate_finder> finder{options};
  finder.write_some(false, text.data(), text.size(), error);
  if (auto& defect = finder.handler().problem)
    return std::move(*defect);
  error = {};
  auto value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error)
    return problem{code::malformed_json, "the body is not JSON: " + error.message()};
  if (!value.is_object())
    return problem{code::malformed_json, "the body is not a JSON object"};
  return std::move(value.get_object());
}

}  // namespace http::v1
