#pragma once

#include "http/api/dispatcher.hpp"
#include "http/net/asio.hpp"
#include "http/net/deadlines.hpp"
#include "http/net/ready_set.hpp"
#include "http/net/transport.hpp"
#include "http/protocol/pipeline.hpp"
#include "http/server/connection_counts.hpp"
#include "http/server/loop_services.hpp"
#include "http/server/store_client.hpp"

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

/// One connection: a transport and its deadlines around a pipeline and a dispatcher.
/// Moves bytes and decides nothing. Lives until it is closed and its last reply is in.
/// Used on its loop's thread, within a pass.
class session final : public reply_handler,
                      public timed,
                      public pollable,
                      public session_list_hook {
public:
  /// Holds `permit` as long as it lives.
  session(loop_services& services, std::unique_ptr<transport> transport, connection_info connection,
          permit_pool::permit permit);

  /// Reads requests.
  void start();

  /// Responds with `refusal` to whatever is sent, and closes.
  void start_refused(const refusal& refusal);

  /// The server is stopping: see pipeline::drain().
  void drain();

  /// At once, whatever is pending.
  void close();

  void on_reply(response_queue::slot slot, const counter::command& command,
                const counter::reply& reply) override;
  void on_response(response_queue::slot slot, counter::call completed) override;
  void on_pass_end() override;

private:
  using self = boost::intrusive_ptr<session>;

  void on_ready(readiness now) override;
  void on_deadline() override;

  void advance();
  void dispatch();
  bool read();
  bool write(bool is_last);
  void set_deadline();
  bool peer_reads() noexcept;
  void await_peer();
  void watch();
  void watch_again();
  void start_linger();
  void linger();

  loop_services& services_;
  std::unique_ptr<transport> transport_;
  const permit_pool::permit permit_;
  http::pipeline pipeline_;
  http::dispatcher dispatcher_;
  std::size_t lingered_bytes_ = 0;
  std::size_t unacknowledged_ = 0;      // when the deadline was set
  std::uint64_t deadline_request_ = 0;  // whose deadline is set
  pipeline::awaited deadline_for_ = pipeline::awaited::nothing;
  self keep_alive_;          // itself, while it is open
  bool is_watched_ = false;  // by the ready set
  bool is_readable_ = true;
  bool is_writable_ = true;
  bool reads_when_writable_ = false;  // the transport has to write before it can read
  bool writes_when_readable_ = false;
  bool has_ended_ = false;  // the peer: what is left to read is followed by the end
  bool is_draining_ = false;
  bool is_pausing_ = false;  // since its last response, and not idle yet
  bool is_lingering_ = false;
};

}  // namespace http
