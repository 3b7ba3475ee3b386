#pragma once

#include "counter/store/reply_handler.hpp"
#include "http/api/dispatcher.hpp"
#include "http/net/deadlines.hpp"
#include "http/net/ready_set.hpp"
#include "http/net/steady_clock.hpp"
#include "http/net/transport.hpp"
#include "http/protocol/pipeline.hpp"
#include "http/server/connection_counts.hpp"
#include "http/server/loop_services.hpp"
#include "http/server/peer_progress.hpp"
#include "http/server/silent_peer.hpp"

#include <boost/intrusive/list_hook.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace http {

struct session_list_tag;
using session_list_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<session_list_tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One connection: moves bytes between a transport and a pipeline, sends the dispatcher's calls to
/// the store, and sets the deadlines that the pipeline asks for. Decides nothing about HTTP. Owns
/// itself by reference count: it is destroyed when it is closed and its last reply has arrived.
/// Used on its loop's thread, within a pass.
class session final : public counter::reply_handler,
                      public timed,
                      public pollable,
                      public live::event_writer,
                      public session_list_hook {
public:
  /// Borrows `services`, holds `permit` until it is destroyed, and then takes itself off the
  /// loop's load, in which it counts already.
  session(loop_services& services, std::unique_ptr<transport> transport, connection_info connection,
          permit_pool::permit permit);
  ~session() override;

  /// Serves the connection. Call this or start_refused(), once.
  void start();

  /// Responds with `refusal` without reading a request, then closes.
  void start_refused(const refusal& refusal);

  /// Ends the connection as the server stops: see pipeline::drain().
  void drain();

  /// Returns true after drain().
  bool is_draining() const noexcept { return is_draining_; }

  /// Ends its event stream, if it has one: the client comes back by itself.
  void end_stream();

  /// Closes at once, even with requests or output pending. May destroy this object.
  void close(connection_end end);

  void on_reply(tag_type slot, const counter::completion& completion) override;
  void on_pass_end() override;

private:
  using self = boost::intrusive_ptr<session>;

  void on_event() override;
  void on_ready(readiness now) override;
  void on_deadline() override;

  void advance();
  void dispatch();
  bool read();
  bool write(bool is_last);
  void set_deadline();
  void await_peer();
  void watch();
  void watch_again();
  void start_linger();
  void linger();
  void report_refusal();
  connection_end end_of_input() const noexcept;
  connection_end end_at_deadline() const noexcept;

  loop_services& services_;
  std::unique_ptr<transport> transport_;
  const permit_pool::permit permit_;
  http::pipeline pipeline_;
  http::dispatcher dispatcher_;
  // Every byte counts: there are many idle connections.
  silent_peer stream_peer_;
  peer_progress progress_;
  std::uint32_t lingered_bytes_ = 0;
  std::uint32_t deadline_request_ = 0;  // pipeline::requests() when the deadline was set
  self keep_alive_;                     // this session, until it is closed
  pipeline::awaited deadline_for_ = pipeline::awaited::nothing;
  bool is_watched_ = false;  // the ready set reports each change of readiness
  bool is_readable_ = true;
  bool is_writable_ = true;
  bool reads_when_writable_ = false;  // the transport must write before it can read
  bool writes_when_readable_ = false;
  bool has_ended_ = false;  // the peer ended its side: the end follows the unread bytes
  bool is_draining_ = false;
  bool is_pausing_ = false;  // the deadline is the first of two: `pause`, or the first `linger`
  bool is_lingering_ = false;
  bool is_pinged_ = false;  // the deadline is `stream_ping`
};

}  // namespace http
