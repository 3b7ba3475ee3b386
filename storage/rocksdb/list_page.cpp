#include "storage/rocksdb/list_page.hpp"

#include "storage/rocksdb/rows.hpp"

#include <algorithm>

namespace storage {

page_range::page_range(const counter::page_request& request) {
  std::string prefix;
  counter_key(prefix, request.prefix);
  end_ = end_of(prefix);
  counter_key(begin_, request.after);
  if (begin_ < prefix)
    begin_ = prefix;
  else if (!request.after.empty())
    begin_ += '\0';  // the least key behind it
  bound_ = end_;
  options_.iterate_upper_bound = &bound_;
}

list_page read_page(counter_walk& walk, const counter::page_request& request,
                    counter::time_point now, std::size_t steps) {
  list_page result;
  auto& page = result.page;
  page.reached = request.after;
  for (;; walk.next()) {
    page.is_last = walk.is_at_end();
    if (page.is_last)
      result.status = walk.status();
    if (page.is_last || steps == 0 || page.counters.size() == request.limit)
      return result;
    --steps;
    const auto& [name, row, is_old] = walk.current();
    page.reached = name;
    if (row.empty())
      continue;  // deleted
    counter::state state;
    if (!decode(row, state)) {
      result.status = rocksdb::Status::Corruption("the row of a counter is damaged");
      return result;
    }
    if (state.expires_at && *state.expires_at <= now)
      result.last_expiry = std::max(result.last_expiry, *state.expires_at);
    else
      page.counters.push_back({name, state});
  }
}

}  // namespace storage
