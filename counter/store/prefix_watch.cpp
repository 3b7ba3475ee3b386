#include "counter/store/prefix_watch.hpp"

#include "counter/limits.hpp"

#include <utility>

namespace counter {

std::optional<prefix_watch::subscriber> prefix_watch::arm(const std::string& prefix,
                                                          std::function<void()> on_change) {
  const mutex_lock lock{lock_};
  if (!prefixes_.contains(prefix) && prefixes_.size() == limits::watched_prefixes_max)
    return std::nullopt;
  const auto place = prefixes_.try_emplace(prefix).first;
  const auto who = ++last_;
  place->second.emplace(who, collection{std::move(on_change)});
  places_.emplace(who, place);
  armed_.store(places_.size(), std::memory_order_relaxed);
  is_full_.store(false, std::memory_order_relaxed);
  epoch_.fetch_add(1, std::memory_order_relaxed);
  return who;
}

void prefix_watch::disarm(subscriber who) {
  const mutex_lock lock{lock_};
  const auto place = places_.extract(who).mapped();
  place->second.erase(who);
  if (place->second.empty())
    prefixes_.erase(place);
  armed_.store(places_.size(), std::memory_order_relaxed);
}

prefix_watch::changes prefix_watch::take(subscriber who) {
  changes taken;
  const mutex_lock lock{lock_};
  auto& from = places_.at(who)->second.at(who);
  taken.has_more = std::exchange(from.has_more, false);
  taken.names.reserve(from.names.size());
  while (!from.names.empty())
    taken.names.push_back(std::move(from.names.extract(from.names.begin()).value()));
  is_full_.store(false, std::memory_order_relaxed);
  epoch_.fetch_add(1, std::memory_order_relaxed);
  return taken;
}

void prefix_watch::report(std::string_view name) {
  std::vector<std::function<void()>> called;
  {
    const mutex_lock lock{lock_};
    bool is_full = true;
    for (auto& [prefix, subscribers] : prefixes_) {
      const bool is_theirs = name.starts_with(prefix);
      for (auto& [who, collected] : subscribers) {
        if (is_theirs) {
          if (collected.names.empty() && !collected.has_more)
            called.push_back(collected.on_change);
          if (collected.names.size() < limits::changed_names_max)
            collected.names.emplace(name);
          else
            collected.has_more = true;
        }
        is_full &= collected.has_more;
      }
    }
    is_full_.store(is_full, std::memory_order_relaxed);
  }
  for (const auto& on_change : called)
    on_change();
}

}  // namespace counter
