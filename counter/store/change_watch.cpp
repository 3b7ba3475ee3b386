#include "counter/store/change_watch.hpp"

#include <algorithm>
#include <utility>

namespace counter {

change_watch::listener change_watch::add_listener(std::function<void()> wake) {
  inboxes_.emplace_back(std::move(wake));
  return static_cast<listener>(inboxes_.size() - 1);
}

/// Call it when the entries have changed.
void change_watch::set_count(stripe& of) {
  const auto before = of.count.load(std::memory_order_relaxed);
  of.count.store(of.entries.size(), std::memory_order_relaxed);
  armed_.fetch_add(of.entries.size() - before, std::memory_order_relaxed);
}

void change_watch::arm(std::uint64_t hash, listener who) {
  auto& into = stripes_[hash % stripes];
  const mutex_lock lock{into.lock};
  const auto [first, last] = into.entries.equal_range(hash);
  if (std::any_of(first, last, [&](const auto& each) { return each.second == who; }))
    return;
  into.entries.emplace(hash, who);
  set_count(into);
}

void change_watch::disarm(std::uint64_t hash, listener who) {
  auto& from = stripes_[hash % stripes];
  const mutex_lock lock{from.lock};
  const auto [first, last] = from.entries.equal_range(hash);
  const auto found =
      std::find_if(first, last, [&](const auto& each) { return each.second == who; });
  if (found == last)
    return;
  from.entries.erase(found);
  set_count(from);
}

void change_watch::report(std::uint64_t hash) {
  auto& from = stripes_[hash % stripes];
  if (from.count.load(std::memory_order_relaxed) == 0)
    return;
  std::vector<listener> listeners;
  {
    const mutex_lock lock{from.lock};
    const auto [first, last] = from.entries.equal_range(hash);
    if (first == last)
      return;
    std::for_each(first, last, [&](const auto& each) { listeners.push_back(each.second); });
    from.entries.erase(first, last);
    set_count(from);
  }
  for (const auto who : listeners) {
    auto& to = inboxes_[who];
    bool was_empty = false;
    {
      const mutex_lock lock{to.lock};
      was_empty = to.hashes.empty();
      to.hashes.push_back(hash);
    }
    if (was_empty)
      to.wake();
  }
}

std::vector<std::uint64_t> change_watch::take(listener who) {
  auto& from = inboxes_[who];
  const mutex_lock lock{from.lock};
  return std::exchange(from.hashes, {});
}

}  // namespace counter
