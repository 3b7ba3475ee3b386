#include "http/api/v1/batch_exchange.hpp"

#include "counter/fingerprint.hpp"
#include "http/api/v1/counter_reply.hpp"
#include "http/api/v1/json_writer.hpp"
#include "http/api/v1/problem.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace http::v1 {

namespace {

/// A result in JSON takes less, unless its name is long.
constexpr std::size_t result_bytes = 160;

void write_result(json_writer& writer, const counter::full_command& command,
                  const counter::full_reply& reply) {
  writer.begin_object();
  if (reply.outcome == counter::outcome::ok) {
    writer.member("status", static_cast<int>(status_of(reply)));
    describe_effect(writer, command.name, command.parameters, reply);
  } else {
    describe_refusal(writer, reply);
  }
  if (reply.is_replayed)
    writer.member("replayed", true);
  writer.end_object();
}

}  // namespace

batch_exchange::batch_exchange(counter::command_list commands) : commands_(std::move(commands)) {
  const auto keyed = std::find_if(commands_.begin(), commands_.end(),
                                  [](const auto& command) { return command.is_keyed(); });
  if (keyed == commands_.end())
    return;
  key_ = keyed->idempotency_key;
  ttl_ = keyed->idempotency_ttl;
  fingerprint_ = counter::fingerprint_of(commands_);
  binding_ = binding_state::needed;
}

std::optional<counter::request> batch_exchange::next_request() {
  switch (binding_) {
    case binding_state::needed:
      binding_ = binding_state::pending;
      return binding();
    case binding_state::pending:
    case binding_state::refused:
      return std::nullopt;
    case binding_state::done:
      break;
  }
  if (std::exchange(is_sent_, true))
    return std::nullopt;
  return std::move(commands_);
}

/// The record of the binding lives in the shard of the key's own name, which every batch with the
/// key finds, whatever its counters are.
counter::full_command batch_exchange::binding() {
  counter::full_command command;
  command.name = key_;
  command.parameters.operation = counter::operation::bind;
  command.parameters.operand = fingerprint_;
  command.idempotency_key = std::move(key_);
  command.idempotency_ttl = ttl_;
  command.position = counter::full_command::whole_batch;
  command.bound_operations = static_cast<std::uint16_t>(commands_.size());
  return command;
}

void batch_exchange::take(counter::call completed) {
  if (binding_ == binding_state::pending)
    return take_binding(std::get<counter::full_reply>(completed.response));
  commands_ = std::get<counter::command_list>(std::move(completed.request));
  replies_ = std::get<counter::reply_list>(std::move(completed.response));
}

void batch_exchange::take_binding(const counter::full_reply& reply) {
  using counter::outcome;
  const bool is_bound = reply.outcome == outcome::ok;
  const bool has_no_room =
      reply.outcome == outcome::idempotency_store_full || reply.outcome == outcome::disk_full;
  binding_ = is_bound || has_no_room ? binding_state::done : binding_state::refused;
  if (!is_bound)
    refusal_ = reply;
  for (auto& command : commands_) {
    command.forget_at = reply.forget_at;
    command.bound_at = reply.bound_at;
    command.if_unknown = reply.outcome;
  }
}

/// A batch is refused as a whole if the store has no room for it, or cannot reach its database.
std::optional<counter::outcome> batch_exchange::refusal_of_all() const noexcept {
  using counter::outcome;
  if (replies_.empty())
    return std::nullopt;
  const auto first = replies_[0].outcome;
  if (first != outcome::overloaded && first != outcome::unavailable)
    return std::nullopt;
  const bool is_of_all =
      std::all_of(replies_.begin(), replies_.end(),
                  [first](const counter::full_reply& reply) { return reply.outcome == first; });
  return is_of_all ? std::optional{first} : std::nullopt;
}

http::response batch_exchange::response() {
  if (const auto outcome = refusal_of_all())
    return refusal_of({*outcome});
  const auto is_replayed = [](const counter::full_reply& reply) { return reply.is_replayed; };
  if (refusal_ && std::none_of(replies_.begin(), replies_.end(), is_replayed))
    return refusal_of(*refusal_);
  auto body = json_object(
      [&](json_writer& writer) {
        writer.key("results");
        writer.begin_array();
        for (std::size_t i = 0; i < replies_.size(); ++i)
          write_result(writer, commands_[i], replies_[i]);
        writer.end_array();
      },
      replies_.size() * result_bytes);
  return {.body = std::move(body), .type = json_type};
}

void batch_exchange::report_failures(const std::function<void(std::uint8_t reason)>& report) const {
  if (refusal_of_all())
    return;
  for (const auto& reply : replies_)
    if (reply.outcome != counter::outcome::ok)
      report(reason_of(code_of(reply.outcome)));
}

}  // namespace http::v1
