#include "rights/scope.hpp"

#include <algorithm>

namespace rights {

std::string_view name_of(scope scope) noexcept {
  switch (scope) {
    case scope::none:
      break;
    case scope::read:
      return "read";
    case scope::list:
      return "list";
    case scope::add:
      return "add";
    case scope::write:
      return "write";
    case scope::remove:
      return "delete";
    case scope::metrics:
      return "metrics";
    case scope::admin:
      return "admin";
  }
  return "none";
}

std::optional<scope> scope_named(std::string_view name) noexcept {
  const auto* found = std::find_if(every_scope.begin(), every_scope.end(),
                                   [&](scope scope) { return name_of(scope) == name; });
  return found == every_scope.end() ? std::nullopt : std::optional{*found};
}

std::string to_text(scope_set set) {
  std::string text;
  for (const auto scope : every_scope)
    if (set.contains(scope))
      text.append(text.empty() ? "" : ",").append(name_of(scope));
  return text.empty() ? "nothing" : text;
}

std::optional<scope_set> parse_scopes(std::string_view list) {
  if (list == "all")
    return scope_set::all();
  scope_set set;
  for (bool is_last = false; !is_last;) {
    const auto comma = list.find(',');
    is_last = comma == list.npos;
    const auto scope = scope_named(list.substr(0, comma));
    if (!scope)
      return std::nullopt;
    set.add(*scope);
    list.remove_prefix(is_last ? 0 : comma + 1);
  }
  return set;
}

}  // namespace rights
