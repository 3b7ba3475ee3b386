#pragma once

#include "counter/shard/store.hpp"
#include "http/api/v1/exchange.hpp"
#include "http/api/v1/list_reader.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace http::v1 {

/// One page of the list of all counters in byte order of their names. Merges the sorted pages of
/// every mailbox that serves lists, and requests another page from a mailbox whose page runs out
/// before the merge is complete.
class list_exchange final : public exchange {
public:
  list_exchange(list_parameters list, const counter::store_traits& store);

  std::optional<counter::request> next_request() override;
  void take(counter::call completed) override;
  bool is_done() const noexcept override;
  http::response response() override;
  bool is_long() const noexcept override { return true; }

private:
  /// The input of the merge from one mailbox.
  struct list_source {
    std::deque<counter::listed_counter> waiting{};  // not merged yet
    std::string reached{};                          // its next page begins after this name
    bool is_last = false;                           // it has no next page
    bool is_pending = false;                        // a request is sent
  };

  bool needs_page(const list_source& source) const noexcept;
  void merge();

  list_parameters list_;
  unsigned first_mailbox_;  // mailbox of sources_[0]; the others follow
  std::vector<list_source> sources_;
  std::size_t next_ = 0;     // index of the next source to check
  std::size_t pending_ = 0;  // requests without a response
  // Up to limit + 1 counters: the extra one shows that a next page exists.
  std::vector<counter::listed_counter> merged_;
  counter::outcome outcome_ = counter::outcome::ok;  // the first failure, if any
};

}  // namespace http::v1
