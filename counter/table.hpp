#pragma once

#include "counter/command.hpp"
#include "counter/quota.hpp"
#include "counter/siphash.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace counter {

/// The counters of one shard: name -> value. The whole truth about counting,
/// and no I/O. Not thread-safe: its shard actor's mailbox serialises the calls.
class table {
public:
  /// `room` bounds the counters of all tables together and outlives them.
  /// `key` keeps the hash of names secret from those who choose them.
  explicit table(quota& room, siphash_key key = {});

  /// Carries out `command`, whose name is valid. Anything but `ok` means that
  /// nothing changed. Throws only std::bad_alloc, and then nothing changed.
  reply apply(const command& command);

  std::size_t size() const noexcept { return values_.size(); }

private:
  struct name_hash {
    using is_transparent = void;
    using is_avalanching = void;
    siphash_key key;
    std::size_t operator()(std::string_view name) const noexcept { return siphash(key, name); }
  };

  reply get(std::string_view name) const;
  reply set(std::string_view name, std::int64_t value);
  reply add(std::string_view name, std::int64_t delta);
  reply create(std::string_view name, std::int64_t value);

  quota& room_;
  boost::unordered_flat_map<std::string, std::int64_t, name_hash, std::equal_to<>> values_;
};

}  // namespace counter
