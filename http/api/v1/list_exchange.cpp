#include "http/api/v1/list_exchange.hpp"

#include "http/api/v1/counter_reply.hpp"
#include "http/api/v1/cursor.hpp"
#include "http/api/v1/json_text.hpp"
#include "http/api/v1/problem.hpp"
#include "http/protocol/percent.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace http::v1 {

namespace {

/// Counters requested from each source beyond its share, so that most pages take one round.
constexpr std::size_t spare_counters = 16;

}  // namespace

list_exchange::list_exchange(list_parameters list, const counter::store_traits& store)
    : list_(std::move(list)),
      first_mailbox_(store.first_list),
      sources_(store.lists) {
  for (auto& source : sources_)
    source.reached = list_.after;
}

std::optional<counter::request> list_exchange::next_request() {
  const auto first = sources_.begin() + static_cast<std::ptrdiff_t>(next_);
  const auto source =
      std::find_if(first, sources_.end(), [&](const auto& entry) { return needs_page(entry); });
  next_ = static_cast<std::size_t>(source - sources_.begin());
  if (source == sources_.end())
    return std::nullopt;
  source->is_pending = true;
  ++pending_;
  const auto limit = list_.limit + 1;
  return counter::page_request{first_mailbox_ + static_cast<unsigned>(next_), list_.prefix,
                               source->reached,
                               std::min(limit, limit / sources_.size() + spare_counters)};
}

void list_exchange::take(counter::call completed) {
  const auto mailbox = std::get<counter::page_request>(completed.request).mailbox;
  auto& source = sources_[mailbox - first_mailbox_];
  auto& page = std::get<counter::page>(completed.response);
  --pending_;
  source.is_pending = false;
  source.is_last = page.is_last;
  source.reached = std::move(page.reached);
  std::move(page.counters.begin(), page.counters.end(), std::back_inserter(source.waiting));
  if (outcome_ == counter::outcome::ok)
    outcome_ = page.outcome;
  if (pending_ > 0)
    return;
  merge();
  next_ = 0;
}

bool list_exchange::is_done() const noexcept {
  return pending_ == 0 && std::none_of(sources_.begin(), sources_.end(),
                                       [&](const auto& source) { return needs_page(source); });
}

http::response list_exchange::response() {
  if (outcome_ != counter::outcome::ok)
    return refusal_of({outcome_});
  const bool is_last = merged_.size() <= list_.limit;
  merged_.resize(std::min(merged_.size(), list_.limit));
  boost::json::array counters;
  counters.reserve(merged_.size());
  for (const auto& counter : merged_)
    counters.push_back(describe(counter.name, counter.state));
  http::response response{.type = json_type};
  boost::json::object body{{"counters", std::move(counters)}, {"next_cursor", nullptr}};
  if (!is_last) {
    const auto cursor = to_cursor(merged_.back().name);
    body["next_cursor"] = cursor;
    std::string link = "Link: </v1/counters?";
    if (!list_.prefix.empty())
      link += "prefix=" + encode(list_.prefix) + "&";
    link += "limit=" + std::to_string(list_.limit) + "&cursor=" + cursor + ">; rel=\"next\"\r\n";
    response.fields = std::move(link);
  }
  response.body = to_text(body);
  return response;
}

/// Returns true if the merge cannot go on without the next page of `source`.
bool list_exchange::needs_page(const list_source& source) const noexcept {
  return source.waiting.empty() && !source.is_last && !source.is_pending &&
         merged_.size() <= list_.limit && outcome_ == counter::outcome::ok;
}

void list_exchange::merge() {
  auto by_name = [](const list_source* left, const list_source* right) {
    return left->waiting.front().name > right->waiting.front().name;
  };
  std::vector<list_source*> heap;
  for (auto& source : sources_) {
    if (!source.waiting.empty())
      heap.push_back(&source);
    else if (!source.is_last)
      return;
  }
  std::make_heap(heap.begin(), heap.end(), by_name);
  while (!heap.empty() && merged_.size() <= list_.limit) {
    std::pop_heap(heap.begin(), heap.end(), by_name);
    auto& first = *heap.back();
    merged_.push_back(std::move(first.waiting.front()));
    first.waiting.pop_front();
    if (!first.waiting.empty()) {
      std::push_heap(heap.begin(), heap.end(), by_name);
      continue;
    }
    heap.pop_back();
    if (!first.is_last)
      return;  // its next counter may precede those of all other sources
  }
}

}  // namespace http::v1
