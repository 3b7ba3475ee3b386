#pragma once

#include "counter/page.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace counter {

/// Merges the sorted pages of several sources, each of which has some of the counters, into one
/// page. Requests another page from a source whose page runs out before the merge is complete. No
/// I/O: the caller sends what next_request() returns, and passes each page to take().
class page_merge {
public:
  /// `sources` is at least 1.
  page_merge(page_request request, unsigned sources);

  struct source_request {
    unsigned source = 0;  ///< 0 to sources - 1
    page_request request{};
  };

  /// Returns the next request to a source, at most one at a time for each. Returns nullopt if the
  /// merge needs take() first, or no further request.
  std::optional<source_request> next_request();

  /// Takes the page that `source` returned; once for each request, in any order.
  void take(unsigned source, page page);

  /// Returns true when every page was taken and no request is left to send.
  bool is_done() const noexcept;

  /// Returns the merged page, as full as the counters allow; or a page with the first outcome of a
  /// source that is not ok. Call it once, when is_done().
  page result();

private:
  /// The input of the merge from one source.
  struct page_queue {
    listed_counters counters{};  // its latest page
    std::size_t next = 0;        // the index of the first that is not merged yet
    std::string reached{};       // its next page begins after this name
    bool is_last = false;        // it has no next page
    bool is_pending = false;     // a request is sent

    bool is_empty() const noexcept { return next == counters.size(); }
    listed_counter first() const noexcept { return counters[next]; }
  };

  bool needs_page(const page_queue& input) const noexcept;
  void merge();

  const page_request request_;
  std::vector<page_queue> inputs_;
  std::size_t next_ = 0;     // index of the next input to check
  std::size_t pending_ = 0;  // requests without a page
  // Up to limit + 1 counters: the extra one shows that a next page exists.
  listed_counters merged_;
  counter::outcome outcome_ = outcome::ok;  // the first failure, if any
};

}  // namespace counter
