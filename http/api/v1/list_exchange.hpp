#pragma once

#include "counter/shard/store.hpp"
#include "http/api/v1/exchange.hpp"
#include "http/api/v1/list_reader.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace http::v1 {

/// A page of all counters in byte order: merges what each place of the store that
/// has lists has, and asks for more where it runs out.
class list_exchange final : public exchange {
public:
  list_exchange(list_parameters list, const counter::store_traits& store);

  std::optional<counter::request> next_request() override;
  void take(counter::call answered) override;
  bool is_done() const noexcept override;
  http::response response() override;
  bool is_long() const noexcept override { return true; }

private:
  /// One place's part of the merge.
  struct source {
    std::deque<counter::listed_counter> waiting{};  // not merged yet
    std::string reached{};                          // where it goes on
    bool is_last = false;                           // there are none behind them
    bool is_asked = false;
  };

  bool is_hungry(const source& one) const noexcept;
  void merge();

  list_parameters list_;
  unsigned first_mailbox_;  // that of the first source
  std::vector<source> sources_;
  std::size_t next_ = 0;   // source to look at
  std::size_t asked_ = 0;  // questions without an answer
  /// One more than the page has, to know whether it is the last.
  std::vector<counter::listed_counter> merged_;
  counter::outcome outcome_ = counter::outcome::ok;  // the first that is not ok
};

}  // namespace http::v1
