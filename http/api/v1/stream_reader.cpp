#include "http/api/v1/stream_reader.hpp"

#include "counter/limits.hpp"
#include "counter/name.hpp"
#include "http/api/v1/parameter_reader.hpp"
#include "http/protocol/percent.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace http::v1 {

namespace {

struct query {
  std::string last_event_id{};
  std::string prefix{};
};

bool set_last_event_id(query& target, const parameter_value& value) {
  target.last_event_id = as_text(value).value_or("");
  return true;
}

bool set_prefix(query& target, const parameter_value& value) {
  target.prefix = as_text(value).value_or("");
  return target.prefix.size() <= counter::limits::name_bytes_max;
}

bool ignore(query& /*target*/, const parameter_value& /*value*/) {
  return true;
}

constexpr parameter<query> rules_of_one[] = {{"last_event_id", "", &set_last_event_id}};
// Names are read from the raw query: a comma that is encoded belongs to a name.
constexpr parameter<query> rules[] = {
    {"names", "", &ignore},
    {"prefix", "prefix must have at most 256 bytes", &set_prefix},
    {"last_event_id", "", &ignore},
};

/// A client sends back what it got, or what another server or program gave it: that is no reason to
/// refuse a stream.
std::optional<std::uint64_t> version_in(std::string_view id) noexcept {
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), version);
  return error == std::errc{} && end == id.data() + id.size() ? std::optional{version}
                                                              : std::nullopt;
}

std::string_view raw_names(std::string_view raw_query) {
  std::string_view found;
  for_each_pair(raw_query, [&](std::string_view name, std::string_view value) {
    std::string buffer;
    if (decode(name, true, buffer) != "names")
      return true;
    found = value;
    return false;
  });
  return found;
}

}  // namespace

result<stream_parameters> read_stream_of_one(std::string_view name, std::string_view raw_query,
                                             std::string_view last_event_id) {
  if (!counter::is_valid_name(name))
    return problem{code::invalid_name,
                   "a name must be 1 to 256 bytes of UTF-8 without control characters"};
  parameter_reader<query> reader{rules_of_one};
  if (auto defect = read_query(raw_query, reader.sink()))
    return std::move(*defect);
  // What a client that reconnects by itself sends is later than what its URL says.
  const auto id = last_event_id.empty() ? reader.target.last_event_id : last_event_id;
  stream_parameters stream;
  stream.names.emplace_back(name);
  stream.known_version = version_in(id);
  return stream;
}

result<stream_parameters> read_stream(std::string_view raw_query) {
  parameter_reader<query> reader{rules};
  if (auto defect = read_query(raw_query, reader.sink()))
    return std::move(*defect);
  const bool has_prefix = reader.has("prefix");
  if (reader.has("names") == has_prefix)
    return problem{code::invalid_parameter,
                   "either names or prefix: /v1/events?names=a,b or /v1/events?prefix=a"};
  stream_parameters stream;
  if (has_prefix) {
    stream.prefix = std::move(reader.target.prefix);
    return stream;
  }
  for (auto rest = raw_names(raw_query);;) {
    const auto raw = rest.substr(0, rest.find(','));
    std::string buffer;
    stream.names.emplace_back(decode(raw, true, buffer));
    if (!counter::is_valid_name(stream.names.back()))
      return problem{code::invalid_name,
                     "each of names must be 1 to 256 bytes of UTF-8 without control characters"};
    if (raw.size() == rest.size())
      break;
    rest.remove_prefix(raw.size() + 1);
    if (stream.names.size() == counter::limits::watched_names_max)
      return problem{code::invalid_value, "names must be at most 100"};
  }
  std::sort(stream.names.begin(), stream.names.end());
  stream.names.erase(std::unique(stream.names.begin(), stream.names.end()), stream.names.end());
  return stream;
}

}  // namespace http::v1
