#pragma once

#include <cstddef>
#include <string>
#include <vector>

/// Pages of a list, for everything that lists counters.
namespace cases {

/// The counters that list_pages() are about; none has an expiry.
inline const std::vector<std::string>& listed_names() {
  static const std::vector<std::string> names{"a", "a/1", "a/2", "a/\xc3\xa9", "a0", "b"};
  return names;
}

/// A request and the page that it gets. `reached` is the last name of the page, or
/// `after` if the page is empty.
struct list_page {
  std::string prefix, after;
  std::size_t limit;
  std::vector<std::string> names;
  bool is_last;

  const std::string& reached() const { return names.empty() ? after : names.back(); }
};

inline const std::vector<list_page>& list_pages() {
  static const std::vector<list_page> pages{
      {"", "", 100, {"a", "a/1", "a/2", "a/\xc3\xa9", "a0", "b"}, true},
      {"", "", 6, {"a", "a/1", "a/2", "a/\xc3\xa9", "a0", "b"}, true},
      {"", "", 5, {"a", "a/1", "a/2", "a/\xc3\xa9", "a0"}, false},
      {"", "", 1, {"a"}, false},
      {"", "a0", 1, {"b"}, true},
      {"", "b", 1, {}, true},
      {"", "a/1z", 2, {"a/2", "a/\xc3\xa9"}, false},
      {"a", "", 100, {"a", "a/1", "a/2", "a/\xc3\xa9", "a0"}, true},
      {"a/", "", 100, {"a/1", "a/2", "a/\xc3\xa9"}, true},
      {"a/", "", 3, {"a/1", "a/2", "a/\xc3\xa9"}, true},
      {"a/", "", 2, {"a/1", "a/2"}, false},
      {"a/", "a/2", 2, {"a/\xc3\xa9"}, true},
      {"a/", "a", 2, {"a/1", "a/2"}, false},
      {"a/", "b", 2, {}, true},
      {"a/1", "", 1, {"a/1"}, true},
      {"a/3", "", 1, {}, true},
      {"c", "", 1, {}, true},
      {"a/1/", "", 1, {}, true},
  };
  return pages;
}

}  // namespace cases
