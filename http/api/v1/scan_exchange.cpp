#include "http/api/v1/scan_exchange.hpp"

#include "http/api/v1/problem.hpp"

#include <utility>
#include <variant>

namespace http::v1 {

scan_exchange::scan_exchange(std::string prefix, std::string after, std::size_t page_size)
    : prefix_(std::move(prefix)),
      after_(std::move(after)),
      page_size_(page_size) {}

std::optional<counter::request> scan_exchange::next_request() {
  if (is_pending_ || is_done_)
    return std::nullopt;
  is_pending_ = true;
  return counter::page_request{prefix_, after_, page_size_};
}

void scan_exchange::take(counter::call completed) {
  is_pending_ = false;
  const auto& page = std::get<counter::page>(completed.response);
  outcome_ = page.outcome;
  if (outcome_ != counter::outcome::ok) {
    is_done_ = true;
    return;
  }
  auto next = visit(page);
  is_done_ = page.is_last || !next;
  if (!is_done_)
    after_ = std::move(*next);
}

http::response scan_exchange::response() {
  if (outcome_ != counter::outcome::ok)
    return refusal_of({outcome_});
  return result();
}

}  // namespace http::v1
