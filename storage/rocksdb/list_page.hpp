#pragma once

#include "counter/call.hpp"
#include "counter/shard/ledger.hpp"
#include "counter/time.hpp"
#include "storage/rocksdb/counter_walk.hpp"

#include <rocksdb/options.h>

#include <cstddef>
#include <string>

namespace storage {

/// The keys of the counters that a page may have: those with the prefix that come
/// after the last page. It must outlive what reads by its options.
class page_range {
public:
  explicit page_range(const counter::page_request& request);

  page_range(const page_range&) = delete;
  page_range& operator=(const page_range&) = delete;

  const std::string& begin() const noexcept { return begin_; }
  /// For an iterator that ends behind the last of these keys.
  const rocksdb::ReadOptions& options() const noexcept { return options_; }

private:
  std::string begin_, end_;
  rocksdb::Slice bound_;
  rocksdb::ReadOptions options_;
};

struct list_page {
  counter::page page;
  /// When the last one of the counters expired that the page leaves out.
  counter::time_point last_expiry = counter::time_point::min();
  /// Why the page could not be read; empty if it could.
  std::string error{};
};

/// Fills one page from `walk`, looking at `steps` counters at most.
list_page read_page(counter_walk& walk, const counter::page_request& request,
                    counter::time_point now, std::size_t steps);

}  // namespace storage
