#pragma once

#include "counter/call.hpp"
#include "counter/shard/ledger.hpp"
#include "counter/time.hpp"
#include "storage/rocksdb/counter_walk.hpp"

#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <cstddef>
#include <string>

namespace storage {

/// The range of keys that a page is taken from: the counters with the request's prefix,
/// after its last page. Must outlive the iterators that are created with its options.
class page_range {
public:
  explicit page_range(const counter::page_request& request);

  page_range(const page_range&) = delete;
  page_range& operator=(const page_range&) = delete;

  const std::string& begin() const noexcept { return begin_; }
  /// End an iterator behind the last of these keys.
  const rocksdb::ReadOptions& options() const noexcept { return options_; }

private:
  std::string begin_, end_;
  rocksdb::Slice bound_;
  rocksdb::ReadOptions options_;
};

struct list_page {
  counter::page page;
  /// The latest expiry of the counters that the page leaves out as expired.
  counter::time_point last_expiry = counter::time_point::min();
  /// Not ok if the page could not be read.
  rocksdb::Status status{};
};

/// Reads one page from `walk`: up to request.limit counters that have not expired by `now`,
/// and up to `steps` counters in all.
list_page read_page(counter_walk& walk, const counter::page_request& request,
                    counter::time_point now, std::size_t steps);

}  // namespace storage
