#pragma once

#include "counter/call.hpp"
#include "http/api/exchange.hpp"
#include "http/api/v1/list_reader.hpp"

#include <cstdint>
#include <optional>

namespace http::v1 {

/// Deletes counters whose names begin with a prefix: the first `limit` in byte order, whatever
/// their values are by then. Responds with how many these were and whether there are more, so that
/// a client goes on by asking again. If none could be deleted, the response is the refusal of the
/// first.
class removal_exchange final : public exchange {
public:
  explicit removal_exchange(list_parameters list);

  std::optional<counter::request> next_request() override;
  void take(counter::call completed) override;
  bool is_done() const noexcept override { return phase_ == phase::done; }
  http::response response() override;
  bool is_long() const noexcept override { return true; }
  bool is_ordered() const noexcept override { return true; }

private:
  enum class phase : std::uint8_t { listing, listed, deleting, done };

  void take_page(const counter::page& page);
  void take_replies(const counter::reply_list& replies);

  const list_parameters list_;
  bool is_sent_ = false;
  phase phase_ = phase::listing;
  counter::command_list commands_;
  counter::outcome refusal_ = counter::outcome::ok;  // of the list, or of the first deletion
  std::uint64_t deleted_ = 0;
  bool has_more_ = false;
};

}  // namespace http::v1
