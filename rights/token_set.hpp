#pragma once

#include "rights/token_line.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstring>
#include <vector>

namespace rights {

/// The tokens of a server. Immutable, so that any number of threads may share one.
class token_set {
public:
  /// The entries differ in their digests.
  explicit token_set(std::vector<token_entry> entries);

  /// Returns what the token with this digest gives; null if there is none. Does not look at its
  /// expiry. Valid as long as this object. The time depends on a digest only, of which nobody can
  /// choose the bits one by one, and therefore tells nothing about tokens.
  const grant* find(const digest& wanted) const noexcept;

  std::size_t size() const noexcept { return grants_.size(); }

private:
  /// A digest is random already.
  struct first_bytes {
    using is_avalanching = void;
    std::size_t operator()(const digest& bytes) const noexcept {
      std::size_t first;
      std::memcpy(&first, bytes.data(), sizeof first);
      return first;
    }
  };
  struct same_bytes {
    bool operator()(const digest& left, const digest& right) const noexcept {
      return is_equal(left, right);
    }
  };

  boost::unordered_flat_map<digest, grant, first_bytes, same_bytes> grants_;
};

}  // namespace rights
