#include "http/api/v1/group_exchange.hpp"

#include "counter/limits.hpp"
#include "http/api/v1/counter_reply.hpp"
#include "http/api/v1/cursor.hpp"
#include "http/api/v1/json_writer.hpp"

#include <utility>

namespace http::v1 {

group_exchange::group_exchange(group_parameters parameters)
    : scan_exchange(std::move(parameters.list.prefix), std::move(parameters.list.after),
                    counter::limits::page_max),
      limit_(parameters.list.limit),
      delimiter_(std::move(parameters.delimiter)) {}

/// Returns the beginning of a name that its group has; empty if it is in none.
std::string_view group_exchange::group_of(std::string_view name) const noexcept {
  const auto end = name.find(delimiter_, prefix().size());
  return end == name.npos ? std::string_view{} : name.substr(0, end + delimiter_.size());
}

/// Returns false if there is no room for it on the page.
bool group_exchange::add(std::string_view name, const counter::state& state) {
  const auto group = group_of(name);
  if (!group.empty() && !groups_.empty() && groups_.back().prefix == group) {
    ++groups_.back().counters;
    return true;
  }
  if (groups_.size() + singles_.size() == limit_)
    return false;
  if (group.empty())
    singles_.push_back({std::string{name}, state});
  else
    groups_.push_back({std::string{group}, 1});
  return true;
}

std::optional<std::string> group_exchange::visit(const counter::page& page) {
  for (const auto& counter : page.counters) {
    if (!add(counter.name, counter.state)) {
      has_more_ = true;
      return std::nullopt;
    }
    reached_ = counter.name;
  }
  seen_ += page.counters.size();
  has_more_ = !page.is_last;
  if (seen_ >= counter::limits::scan_max)
    return std::nullopt;
  return page.reached;
}

http::response group_exchange::result() {
  std::optional<std::string> cursor;
  if (has_more_)
    cursor = to_cursor(reached_);
  return {.body = json_object([&](json_writer& writer) {
            writer.key("prefixes");
            writer.begin_array();
            for (const auto& one : groups_) {
              writer.begin_object();
              writer.member("prefix", one.prefix);
              writer.member("counters", one.counters);
              writer.end_object();
            }
            writer.end_array();
            writer.key("counters");
            writer.begin_array();
            for (const auto& [name, state] : singles_)
              describe(writer, name, state);
            writer.end_array();
            writer.member("next_cursor", cursor);
          }),
          .type = json_type};
}

}  // namespace http::v1
