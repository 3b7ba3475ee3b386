#pragma once

#include "tests/engine/support/message_reader.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace support {

enum class direction : std::uint8_t { to_server, to_client };

/// What a message of a session brings about.
enum class cut : std::uint8_t {
  after,   ///< it passes, then both sides are reset
  before,  ///< both sides are reset, and it is lost
  /// The client is reset. Once it has connected anew, the server gets this message and the rest
  /// that the client had sent with it: a commit is late.
  late,
  /// The same, once the new session has fenced the old one; or has sent its fence, if that may have
  /// to wait for the old one.
  fenced,
  silent,  ///< nothing passes any more, and nothing is closed
};

struct planned_cut {
  direction way;
  std::size_t message;  ///< from 1, counted from the plan, or from the cut before
  cut kind;

  bool operator==(const planned_cut&) const = default;
};

/// Forwards sessions on a free loopback port to a PostgreSQL server, message by message, and cuts
/// them as planned. They must not be encrypted. Thread-safe. It runs on its own thread from
/// construction to destruction.
class cutting_proxy {
public:
  explicit cutting_proxy(std::uint16_t server_port);
  ~cutting_proxy();
  cutting_proxy(const cutting_proxy&) = delete;
  cutting_proxy& operator=(const cutting_proxy&) = delete;

  std::uint16_t port() const { return port_; }
  /// For --engine.
  std::string url() const;

  /// Forgets what has passed, and cuts from now on, each session that a plan meets.
  void plan(std::vector<planned_cut> cuts);
  /// Returns the types of the messages since plan().
  std::string passed(direction way) const;
  /// Returns how many cuts are still to come.
  std::size_t cuts_left() const;

  /// Resets all sessions, the silent ones, too.
  void reset_all() { resets_ = true; }

private:
  struct session {
    enum class phase_type : std::uint8_t {
      open,
      holding,   // what the client sends, until it has sent all of a pipeline
      detached,  // the client is gone, and the server may still get what was held
      silent,
      closed,
    };

    int client;
    int server;
    message_reader from_client{true};
    message_reader from_server{false};
    phase_type phase = phase_type::open;
    std::string held{};
    bool waits_for_fence = false;    // of the session that follows
    bool has_started = false;        // the server was ready once
    bool is_in_transaction = false;  // by what the server has said last
    bool is_in_pipeline = false;     // the server has a part of one
    bool is_fencing = false;         // it has sent a fence
  };

  void run();
  void accept_session();
  void receive(session& at, direction way);
  void pass(session& at, direction way, const message& passing, std::string& output);
  std::optional<cut> count(direction way, char type);
  void carry_out(cut kind, session& at, direction way, const message& passing);
  void detach(session& at) const;
  void release(session& at) const;
  void release_fenced();
  static void close_session(session& at, bool resets);

  const std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::list<session> sessions_;
  bool has_fenced_ = false;  // a session, since release_fenced()
  std::atomic<bool> stops_ = false;
  std::atomic<bool> resets_ = false;
  mutable std::mutex mutex_;  // guards these:
  std::vector<planned_cut> cuts_;
  std::array<std::string, 2> passed_;
  std::array<std::size_t, 2> counts_{};  // since the last cut
  std::thread thread_;
};

}  // namespace support
