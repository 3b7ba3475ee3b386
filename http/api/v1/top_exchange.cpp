#include "http/api/v1/top_exchange.hpp"

#include "counter/limits.hpp"
#include "http/api/v1/counter_reply.hpp"
#include "http/api/v1/json_writer.hpp"

#include <algorithm>
#include <utility>

namespace http::v1 {

top_exchange::top_exchange(list_parameters list)
    : scan_exchange(std::move(list.prefix), {}, counter::limits::page_max),
      limit_(list.limit) {}

bool top_exchange::comes_first(const entry& left, const entry& right) noexcept {
  return left.state.value != right.state.value ? left.state.value > right.state.value
                                               : left.name < right.name;
}

/// Names come in ascending order, so of equal values the later one comes last.
bool top_exchange::is_wanted(std::int64_t value) const noexcept {
  return best_.size() < limit_ || value > best_.front().state.value;
}

std::optional<std::string> top_exchange::visit(const counter::page& page) {
  seen_ += page.counters.size();
  for (const auto& counter : page.counters) {
    if (!is_wanted(counter.state.value))
      continue;
    if (best_.size() == limit_) {
      std::pop_heap(best_.begin(), best_.end(), &comes_first);
      best_.pop_back();
    }
    best_.push_back({std::string{counter.name}, counter.state});
    std::push_heap(best_.begin(), best_.end(), &comes_first);
  }
  return page.reached;
}

http::response top_exchange::result() {
  std::sort_heap(best_.begin(), best_.end(), &comes_first);
  return {.body = json_object([this](json_writer& writer) {
            writer.key("counters");
            writer.begin_array();
            for (const auto& [name, state] : best_)
              describe(writer, name, state);
            writer.end_array();
            writer.member("seen", seen_);
          }),
          .type = json_type};
}

}  // namespace http::v1
