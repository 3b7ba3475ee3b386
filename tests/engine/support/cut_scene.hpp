#pragma once

#include "tests/engine/support/common_server.hpp"
#include "tests/engine/support/cutting_proxy.hpp"
#include "tests/engine/support/shard_server.hpp"
#include "tests/engine/support/sql_session.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace support {

/// A server whose sessions a proxy cuts while it carries out a group, and another one that is not
/// cut. The group has two transactions: one changes counters that exist, the other creates some.
/// Used by one thread, but for carry_out().
class cut_scene {
public:
  explicit cut_scene(const std::string& schema, std::chrono::milliseconds timeout);

  /// Gives the server a session. Without it, the first group does.
  void connect();
  /// Makes the counters of a new group, and asks for it.
  void prepare();
  /// Carries out the group, and cuts as planned meanwhile. Any thread may call it.
  void carry_out(const std::vector<planned_cut>& cuts);

  /// Checks that the group was carried out once: its replies, what is stored, what is counted, and
  /// that its keys repeat.
  void check_done();
  /// The same, if it may have been refused: what was done must agree with the replies. Ends silent
  /// sessions first.
  void check_in_doubt();

  cutting_proxy proxy;
  shard_server server;
  shard_server other;

private:
  struct row {
    std::int64_t value;
    std::uint64_t version;
    bool is_deleted;
  };
  /// What the server's writers have done.
  struct work {
    std::int64_t groups = 0, counters = 0, records = 0;
  };

  std::string name(char counter) const;
  std::map<char, row> rows();
  work done();
  std::int64_t records_of(char counter);
  void check_replies() const;
  void check_rows(bool is_updated, bool is_created);
  void check_work(bool is_updated, bool is_created);
  void check_keys(bool is_updated, bool is_created);

  sql_session sql_;
  int group_ = 0;
  std::string other_writers_;
  std::map<char, row> before_;
  work done_before_;
  std::uint64_t quota_before_ = 0;
};

std::string text(const std::vector<planned_cut>& cuts);

}  // namespace support
