#pragma once

#include "counter/call.hpp"
#include "http/api/exchange.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace http::v1 {

/// The operations of a batch, sent together. Responds 200 with a result for each, in their order;
/// if all were refused with `overloaded`, with that alone.
///
/// If the batch writes under an idempotency key, the key is first bound to the batch's fingerprint.
/// The operations are sent when that is done, and are forgotten with the key. If it is refused,
/// nothing is sent, and the refusal is the response to the whole batch; but if there is no room for
/// the binding, the operations are sent to be replayed only, because an older version has bound no
/// key.
class batch_exchange final : public exchange {
public:
  explicit batch_exchange(counter::command_list commands);

  std::optional<counter::request> next_request() override;
  void take(counter::call completed) override;
  bool is_done() const noexcept override {
    return binding_ == binding_state::refused || !replies_.empty();
  }
  http::response response() override;
  void report_failures(const std::function<void(std::uint8_t reason)>& report) const override;
  bool is_long() const noexcept override { return true; }

private:
  enum class binding_state : std::uint8_t { needed, pending, refused, done };

  counter::full_command binding();
  void take_binding(const counter::full_reply& reply);
  std::optional<counter::outcome> refusal_of_all() const noexcept;

  counter::command_list commands_;  // moved away while they are sent
  counter::reply_list replies_;     // empty until then
  std::string key_;                 // moved away when the binding is sent
  std::optional<std::chrono::seconds> ttl_;
  std::int64_t fingerprint_ = 0;
  binding_state binding_ = binding_state::done;
  std::optional<counter::full_reply> refusal_;  // of the binding
  bool is_sent_ = false;                        // commands_
};

}  // namespace http::v1
