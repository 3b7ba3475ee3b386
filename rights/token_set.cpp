#include "rights/token_set.hpp"

#include <utility>

namespace rights {

token_set::token_set(std::vector<token_entry> entries) {
  grants_.reserve(entries.size());
  for (auto& entry : entries)
    grants_.emplace(entry.digest, std::move(entry.grant));
}

const grant* token_set::find(const digest& wanted) const noexcept {
  const auto found = grants_.find(wanted);
  return found == grants_.end() ? nullptr : &found->second;
}

}  // namespace rights
