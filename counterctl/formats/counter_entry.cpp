#include "counterctl/formats/counter_entry.hpp"

#include "counter/instant.hpp"
#include "counter/integer.hpp"
#include "counter/limits.hpp"
#include "counter/name.hpp"
#include "counterctl/formats/json_value.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace counterctl {

namespace {

std::string quote_csv(const std::string& field) {
  if (field.find_first_of("\",") == field.npos)
    return field;
  std::string quoted{"\""};
  for (const char c : field)
    quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

/// Parses a time as the server writes it, or without the milliseconds.
expiry_time parse_expiry(std::string_view text) {
  constexpr std::size_t whole_bytes = std::string_view{"0000-00-00T00:00:00"}.size();
  constexpr std::size_t fraction_bytes = std::string_view{".000"}.size();
  std::string whole{text};
  std::int64_t milliseconds = 0;
  if (text.size() > whole_bytes + fraction_bytes && text[whole_bytes] == '.') {
    const auto digits = text.substr(whole_bytes + 1, 3);
    const bool has_sign = digits.front() == '+' || digits.front() == '-';
    milliseconds = has_sign ? -1 : counter::parse_integer(digits).value_or(-1);
    whole.erase(whole_bytes, fraction_bytes);
  }
  const auto instant = counter::parse_instant(whole);
  if (!instant || milliseconds < 0)
    throw std::runtime_error{"expires_at is no time like 2026-11-30T12:00:00.000Z"};
  return *instant + std::chrono::milliseconds{milliseconds};
}

void check(const counter_entry& entry) {
  if (!counter::is_valid_name(entry.name))
    throw std::runtime_error{"the name is not 1 to 256 bytes of UTF-8 without control characters"};
}

counter_entry parse_json_entry(std::string_view line) {
  if (const auto begin = line.find_first_not_of(" \t"); begin == line.npos || line[begin] != '{')
    throw std::runtime_error{R"(no JSON object like {"name":"hits","value":5}; --csv reads CSV)"};
  const auto value = parse_json(line);
  const auto& object = value.get_object();
  const auto name = text_of(find(object, "name"));
  const auto number = integer_of(find(object, "value"));
  if (!name)
    throw std::runtime_error{"\"name\" is missing or no string"};
  if (!number)
    throw std::runtime_error{"\"value\" is missing or no 64-bit integer"};
  counter_entry entry{*name, *number};
  if (const auto* expiry = find(object, "expires_at"); expiry != nullptr && !expiry->is_null())
    entry.expires_at = parse_expiry(text_of(expiry).value_or(""));
  check(entry);
  return entry;
}

counter_entry parse_csv_entry(std::string_view line) {
  const auto fields = split_csv(line);
  if (fields.size() < 2 || fields.size() > 3)
    throw std::runtime_error{
        "a line has a name, a value and perhaps expires_at, with commas between"};
  const auto number = counter::parse_integer(fields[1]);
  if (!number)
    throw std::runtime_error{"the value is no 64-bit integer"};
  counter_entry entry{fields[0], *number};
  if (fields.size() > 2 && !fields[2].empty())
    entry.expires_at = parse_expiry(fields[2]);
  check(entry);
  return entry;
}

}  // namespace

std::vector<std::string> split_csv(std::string_view line) {
  std::vector<std::string> fields(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    auto& field = fields.back();
    if (line[i] == ',') {
      fields.emplace_back();
    } else if (line[i] != '"' || !field.empty()) {
      field += line[i];
    } else {
      for (++i;; ++i) {
        if (i >= line.size())
          throw std::runtime_error{"a quoted field does not end"};
        if (line[i] == '"' && (i + 1 >= line.size() || line[i + 1] != '"'))
          break;
        i += line[i] == '"' ? 1 : 0;
        field += line[i];
      }
      if (i + 1 < line.size() && line[i + 1] != ',')
        throw std::runtime_error{"behind a quoted field there is no comma"};
    }
  }
  return fields;
}

std::string to_line(const counter_state& state, file_format format) {
  if (format == file_format::csv)
    return quote_csv(state.name) + ',' + std::to_string(state.value) + ',' + state.expires_at;
  boost::json::object object;
  object["name"] = state.name;
  object["value"] = state.value;
  if (state.expires_at.empty())
    object["expires_at"] = nullptr;
  else
    object["expires_at"] = state.expires_at;
  return boost::json::serialize(object);
}

expiry_time now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void check_expiry(const counter_entry& entry, expiry_time now) {
  if (entry.expires_at && *entry.expires_at > now + counter::limits::ttl_max)
    throw std::runtime_error{"it expires in more than ten years"};
}

counter_entry parse_entry(std::string_view line, file_format format) {
  return format == file_format::csv ? parse_csv_entry(line) : parse_json_entry(line);
}

}  // namespace counterctl
