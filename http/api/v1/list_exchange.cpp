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

/// What a place is asked for beyond its share, so that most pages take one round.
constexpr std::size_t spare_counters = 16;

}  // namespace

list_exchange::list_exchange(list_parameters list, const counter::store_traits& store)
    : list_(std::move(list)),
      first_mailbox_(store.first_list),
      sources_(store.lists) {
  for (auto& one : sources_)
    one.reached = list_.after;
}

std::optional<counter::request> list_exchange::next_request() {
  const auto one = std::find_if(sources_.begin() + static_cast<std::ptrdiff_t>(next_),
                                sources_.end(), [&](const auto& it) { return is_hungry(it); });
  next_ = static_cast<std::size_t>(one - sources_.begin());
  if (one == sources_.end())
    return std::nullopt;
  one->is_asked = true;
  ++asked_;
  const auto limit = list_.limit + 1;
  return counter::page_request{first_mailbox_ + static_cast<unsigned>(next_), list_.prefix,
                               one->reached,
                               std::min(limit, limit / sources_.size() + spare_counters)};
}

void list_exchange::take(counter::call answered) {
  auto& one = sources_[std::get<counter::page_request>(answered.request).mailbox - first_mailbox_];
  auto& page = std::get<counter::page>(answered.response);
  --asked_;
  one.is_asked = false;
  one.is_last = page.is_last;
  one.reached = std::move(page.reached);
  std::move(page.counters.begin(), page.counters.end(), std::back_inserter(one.waiting));
  if (outcome_ == counter::outcome::ok)
    outcome_ = page.outcome;
  if (asked_ > 0)
    return;
  merge();
  next_ = 0;
}

bool list_exchange::is_done() const noexcept {
  return asked_ == 0 && std::none_of(sources_.begin(), sources_.end(),
                                     [&](const auto& one) { return is_hungry(one); });
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

/// Whether nothing can be merged before it is asked for more.
bool list_exchange::is_hungry(const source& one) const noexcept {
  return one.waiting.empty() && !one.is_last && !one.is_asked && merged_.size() <= list_.limit &&
         outcome_ == counter::outcome::ok;
}

void list_exchange::merge() {
  auto by_name = [](const source* left, const source* right) {
    return left->waiting.front().name > right->waiting.front().name;
  };
  std::vector<source*> heap;
  for (auto& one : sources_) {
    if (!one.waiting.empty())
      heap.push_back(&one);
    else if (!one.is_last)
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
      return;  // what it has next may come before all others
  }
}

}  // namespace http::v1
