#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace http {

/// A value of Host.
struct known_host {
  std::string text;
  bool is_ours = false;  ///< the server answers for it
};

/// Values of Host that were checked, so that the usual ones are neither checked again nor copied.
/// No text is changed or removed, so that a request can refer to a host while others are added.
/// Used on one event loop's thread.
class known_hosts {
public:
  /// Returns the host whose text is `value`; null if it is not known. Valid as long as this object.
  const known_host* find(std::string_view value) const noexcept {
    for (std::size_t i = 0; i < count_; ++i)
      if (hosts_[i].text == value)
        return &hosts_[i];
    return nullptr;
  }

  /// Returns false if no host can be added: there are enough, or `value` is long.
  bool has_room_for(std::string_view value) const noexcept {
    return count_ < hosts_.size() && value.size() <= bytes_max;
  }

  /// Adds a host that find() does not find. Precondition: has_room_for(value).
  void add(std::string_view value, bool is_ours) {
    hosts_[count_].text = value;
    hosts_[count_].is_ours = is_ours;
    ++count_;
  }

  /// Decides anew which hosts the server answers for.
  template <class Predicate>
  void judge(Predicate is_ours) {
    for (std::size_t i = 0; i < count_; ++i)
      hosts_[i].is_ours = is_ours(hosts_[i].text);
  }

private:
  static constexpr std::size_t bytes_max = 256;

  std::array<known_host, 8> hosts_;
  std::size_t count_ = 0;
};

}  // namespace http
