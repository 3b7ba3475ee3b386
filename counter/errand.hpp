#pragma once

#include "counter/full_command.hpp"
#include "counter/page.hpp"

#include <string>
#include <utility>
#include <variant>

namespace counter {

/// Asks one shard to forget some of what has expired.
struct upkeep_request {
  unsigned shard = 0;
};

struct upkeep {
  counter::outcome outcome = outcome::ok;
  bool is_done = false;  ///< nothing more has expired
};

/// Asks for a copy of all counters on disk, under this name.
struct backup_request {
  unsigned place = 0;  ///< that makes backups, see store_traits
  std::string name;    ///< valid as by is_valid_backup_name()
};

struct backup {
  counter::outcome outcome = outcome::ok;
  std::string path{};  ///< of the directory it is in
};

/// What can be asked of a place beyond the short commands, and the answers: the
/// alternatives correspond.
using question = std::variant<full_command, page_request, upkeep_request, backup_request>;
using answer = std::variant<full_reply, page, upkeep, backup>;

/// A question on its way to a place, and with its answer on the way back.
struct errand {
  counter::question question;
  counter::answer answer{};

  explicit errand(counter::question asked) : question(std::move(asked)) {}

  /// Answers that nothing was done, and why.
  void refuse(counter::outcome why) {
    struct {
      counter::outcome why;
      counter::answer operator()(const full_command&) const { return full_reply{why}; }
      counter::answer operator()(const page_request&) const { return page{why}; }
      counter::answer operator()(const upkeep_request&) const { return upkeep{why}; }
      counter::answer operator()(const backup_request&) const { return backup{why}; }
    } const refusal{why};
    answer = std::visit(refusal, question);
  }
};

}  // namespace counter
