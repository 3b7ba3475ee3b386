#pragma once

#include "counterctl/formats/counter_entry.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace counterctl {

/// A counter to import, and where it is from.
struct spooled_entry {
  counter_entry entry;
  std::uint64_t line = 0;
  /// Set by the spool: of a counter that expires, among those with its name and value; of another,
  /// among those that do not expire.
  std::uint64_t index = 0;
};

/// The counters of an import, in an unlinked temporary file (in TMPDIR, or /tmp): the whole input
/// is looked at before anything is sent, and may be larger than the memory. Throws failure if the
/// file cannot be written or read.
class import_spool {
public:
  import_spool();

  void append(const spooled_entry& entry);
  /// Ends writing. next() then begins with the first entry.
  void rewind();
  /// Returns the next entry; nullopt at the end.
  std::optional<spooled_entry> next();

  std::uint64_t size() const noexcept { return size_; }
  /// Returns a digest of the names and values that do not expire, in their order, by which a second
  /// import of the same counters is known, however its file looks.
  const std::string& digest() const noexcept { return digest_; }

private:
  struct closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  std::unique_ptr<std::FILE, closer> file_;
  std::uint64_t size_ = 0;
  std::uint64_t permanent_ = 0;
  std::unordered_map<std::size_t, std::uint64_t> expiring_;  ///< by a hash of name and value
  std::string digest_;
};

/// Returns a digest of a text: a UUID of version 5 (RFC 9562).
std::string digest_of(const std::string& text);

}  // namespace counterctl
