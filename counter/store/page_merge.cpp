#include "counter/store/page_merge.hpp"

#include <algorithm>
#include <utility>

namespace counter {

namespace {

/// Counters requested from each source beyond its share, so that most pages take one round.
constexpr std::size_t spare_counters = 16;

}  // namespace

page_merge::page_merge(page_request request, unsigned sources)
    : request_(std::move(request)),
      inputs_(sources) {
  for (auto& input : inputs_)
    input.reached = request_.after;
}

std::optional<page_merge::source_request> page_merge::next_request() {
  const auto first = inputs_.begin() + static_cast<std::ptrdiff_t>(next_);
  const auto found =
      std::find_if(first, inputs_.end(), [&](const auto& input) { return needs_page(input); });
  next_ = static_cast<std::size_t>(found - inputs_.begin());
  if (found == inputs_.end())
    return std::nullopt;
  found->is_pending = true;
  ++pending_;
  const auto limit = request_.limit + 1;
  return source_request{
      static_cast<unsigned>(next_),
      {request_.prefix, found->reached, std::min(limit, limit / inputs_.size() + spare_counters)}};
}

void page_merge::take(unsigned source, page page) {
  auto& input = inputs_[source];
  --pending_;
  input.is_pending = false;
  input.is_last = page.is_last;
  input.reached = std::move(page.reached);
  input.counters = std::move(page.counters);  // the one before is merged
  input.next = 0;
  if (outcome_ == outcome::ok)
    outcome_ = page.outcome;
  if (pending_ > 0)
    return;
  merge();
  next_ = 0;
}

bool page_merge::is_done() const noexcept {
  return pending_ == 0 && std::none_of(inputs_.begin(), inputs_.end(),
                                       [&](const auto& input) { return needs_page(input); });
}

page page_merge::result() {
  if (outcome_ != outcome::ok)
    return {outcome_};
  page page;
  page.is_last = merged_.size() <= request_.limit;
  merged_.truncate(request_.limit);
  if (!page.is_last)
    page.reached = merged_.back().name;
  page.counters = std::move(merged_);
  return page;
}

/// Returns true if the merge cannot go on without the next page of `input`.
bool page_merge::needs_page(const page_queue& input) const noexcept {
  return input.is_empty() && !input.is_last && !input.is_pending &&
         merged_.size() <= request_.limit && outcome_ == outcome::ok;
}

void page_merge::merge() {
  // The pages of an only source are in order already.
  if (inputs_.size() == 1) {
    merged_.append(std::exchange(inputs_.front().counters, {}));
    return;
  }
  merged_.reserve(request_.limit + 1);
  auto by_name = [](const page_queue* left, const page_queue* right) {
    return left->first().name > right->first().name;
  };
  std::vector<page_queue*> heap;
  for (auto& input : inputs_) {
    if (!input.is_empty())
      heap.push_back(&input);
    else if (!input.is_last)
      return;
  }
  std::make_heap(heap.begin(), heap.end(), by_name);
  while (!heap.empty() && merged_.size() <= request_.limit) {
    std::pop_heap(heap.begin(), heap.end(), by_name);
    auto& input = *heap.back();
    merged_.push_back(input.first());
    ++input.next;
    if (!input.is_empty()) {
      std::push_heap(heap.begin(), heap.end(), by_name);
      continue;
    }
    heap.pop_back();
    if (!input.is_last)
      return;  // its next counter may precede those of all other sources
  }
}

}  // namespace counter
