#pragma once

#include "counter/full_command.hpp"
#include "counter/page.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace counter {

/// Asks a shard to delete some of its expired counters and idempotency records.
struct expiry_sweep_request {};

struct expiry_sweep {
  counter::outcome outcome = outcome::ok;
  bool is_done = false;  ///< true if nothing expired is left
};

/// Asks for a consistent copy of everything on disk.
struct backup_request {
  std::string name;  ///< valid by is_valid_backup_name()
};

struct backup {
  counter::outcome outcome = outcome::ok;
  std::string path{};  ///< the backup's directory; only if ok
};

/// Commands that a client sends together, 1 to limits::batch_max. They are applied one by one;
/// those of one shard in order.
using command_list = std::vector<full_command>;
/// The reply to each command, in the order of the commands.
using reply_list = std::vector<full_reply>;

/// A request to the store that is not a short command, and its response.
/// The alternatives correspond.
using request =
    std::variant<full_command, command_list, page_request, expiry_sweep_request, backup_request>;
using response = std::variant<full_reply, reply_list, page, expiry_sweep, backup>;

/// What a client sends to the store: a short command or a request.
struct submission {
  counter::command command{};                   ///< its name is borrowed
  std::unique_ptr<counter::request> request{};  ///< if not null, `command` is unused
};

/// A request together with its response.
struct call {
  counter::request request;
  counter::response response{};

  explicit call(counter::request payload) : request(std::move(payload)) {}

  /// Sets a response of the request's kind that has nothing but the outcome.
  void refuse(counter::outcome outcome) {
    struct {
      counter::outcome outcome;
      counter::response operator()(const full_command&) const { return full_reply{outcome}; }
      counter::response operator()(const command_list& commands) const {
        return reply_list(commands.size(), full_reply{outcome});
      }
      counter::response operator()(const page_request&) const { return page{outcome}; }
      counter::response operator()(const expiry_sweep_request&) const {
        return expiry_sweep{outcome};
      }
      counter::response operator()(const backup_request&) const { return backup{outcome}; }
    } const refusal{outcome};
    response = std::visit(refusal, request);
  }
};

/// What a client gets back: the command and its reply, or the call. All are borrowed.
struct completion {
  counter::command command{};     ///< unused if there is a call
  counter::reply reply{};         ///< unused if there is a call
  counter::call* call = nullptr;  ///< if not null; may be moved from
  /// Set if it was refused with `overloaded` for want of room: when to try again.
  std::chrono::seconds retry_after{};
};

}  // namespace counter
