#pragma once

#include "counter/call.hpp"
#include "http/api/exchange.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace http::v1 {

/// Looks at the counters whose names begin with a prefix, in byte order, page after page: other
/// requests have their turn between two pages. A derived class takes each page.
class scan_exchange : public exchange {
public:
  std::optional<counter::request> next_request() override;
  void take(counter::call completed) override;
  bool is_done() const noexcept override { return is_done_; }
  http::response response() final;
  bool is_long() const noexcept override { return true; }
  bool is_ordered() const noexcept override { return true; }

protected:
  /// Begins behind `after`. `page_size` is how many counters a page has, unless it is the last.
  scan_exchange(std::string prefix, std::string after, std::size_t page_size);

  const std::string& prefix() const noexcept { return prefix_; }

private:
  /// Takes a page. Returns the name behind which to go on; nullopt: there is enough.
  virtual std::optional<std::string> visit(const counter::page& page) = 0;
  /// Returns the response when there are no more pages, or enough.
  virtual http::response result() = 0;

  const std::string prefix_;
  std::string after_;
  const std::size_t page_size_;
  bool is_pending_ = false;
  bool is_done_ = false;
  counter::outcome outcome_ = counter::outcome::ok;
};

}  // namespace http::v1
