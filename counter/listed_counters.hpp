#pragma once

#include "counter/state.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace counter {

struct listed_counter {
  std::string_view name;  ///< valid until its list changes or moves
  counter::state state;
};

/// The counters of a page, in order. All names are in one string, because a page has up to a
/// thousand, and to allocate and free each takes longer than to find it. Functions that add throw
/// std::bad_alloc.
class listed_counters {
public:
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = listed_counter;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = listed_counter;

    iterator(const listed_counters& list, std::size_t index) noexcept
        : list_(&list),
          index_(index) {}

    listed_counter operator*() const noexcept { return (*list_)[index_]; }
    iterator& operator++() noexcept {
      ++index_;
      return *this;
    }
    bool operator==(const iterator& other) const noexcept { return index_ == other.index_; }

  private:
    const listed_counters* list_;
    std::size_t index_;
  };

  listed_counters() = default;
  listed_counters(std::initializer_list<listed_counter> counters) {
    for (const auto& counter : counters)
      push_back(counter);
  }

  std::size_t size() const noexcept { return items_.size(); }
  bool empty() const noexcept { return items_.empty(); }
  /// Bytes of all names.
  std::size_t name_bytes() const noexcept { return names_.size(); }

  /// Precondition: index < size().
  listed_counter operator[](std::size_t index) const noexcept {
    const std::size_t begin = index == 0 ? 0 : items_[index - 1].name_end;
    const auto& found = items_[index];
    return {std::string_view{names_}.substr(begin, found.name_end - begin), found.state};
  }
  /// Precondition: not empty().
  listed_counter back() const noexcept { return (*this)[size() - 1]; }
  iterator begin() const noexcept { return {*this, 0}; }
  iterator end() const noexcept { return {*this, size()}; }

  void reserve(std::size_t counters) { items_.reserve(counters); }

  void push_back(const listed_counter& added);
  void append(listed_counters added);

  /// Keeps the first `counters`, or all if there are fewer.
  void truncate(std::size_t counters);

private:
  struct item {
    std::uint32_t name_end;  // in names_; the name begins where the one before it ends
    counter::state state;
  };

  std::string names_;
  std::vector<item> items_;
};

}  // namespace counter
