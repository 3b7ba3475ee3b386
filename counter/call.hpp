#pragma once

#include "counter/full_command.hpp"
#include "counter/page.hpp"

#include <string>
#include <utility>
#include <variant>

namespace counter {

/// Asks one shard to delete some of its expired counters and idempotency records.
struct expiry_sweep_request {
  unsigned shard = 0;
};

struct expiry_sweep {
  counter::outcome outcome = outcome::ok;
  bool is_done = false;  ///< nothing expired is left
};

/// Asks for a copy of all counters on disk, under this name.
struct backup_request {
  unsigned mailbox = 0;  ///< that makes backups, see store_traits
  std::string name;      ///< valid as by is_valid_backup_name()
};

struct backup {
  counter::outcome outcome = outcome::ok;
  std::string path{};  ///< of the backup's directory
};

/// What a mailbox of the store can be asked beyond the short commands, and what it
/// responds. The alternatives correspond.
using request = std::variant<full_command, page_request, expiry_sweep_request, backup_request>;
using response = std::variant<full_reply, page, expiry_sweep, backup>;

/// A request on its way to a mailbox, and with its response on the way back.
struct call {
  counter::request request;
  counter::response response{};

  explicit call(counter::request asked) : request(std::move(asked)) {}

  /// Responds that nothing was done, and why.
  void refuse(counter::outcome why) {
    struct {
      counter::outcome why;
      counter::response operator()(const full_command&) const { return full_reply{why}; }
      counter::response operator()(const page_request&) const { return page{why}; }
      counter::response operator()(const expiry_sweep_request&) const { return expiry_sweep{why}; }
      counter::response operator()(const backup_request&) const { return backup{why}; }
    } const refusal{why};
    response = std::visit(refusal, request);
  }
};

}  // namespace counter
