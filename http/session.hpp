#pragma once

#include "http/asio.hpp"
#include "http/courier.hpp"
#include "http/deadlines.hpp"
#include "http/loop_services.hpp"
#include "http/pipeline.hpp"

#include <boost/intrusive/list_hook.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace http {

struct session_list_tag;
using session_list_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<session_list_tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One connection: a socket and its deadlines around a pipeline. Moves bytes
/// and decides nothing. Lives as long as something will call it back, on its
/// loop's thread.
class session final : public recipient, public timed, public session_list_hook {
public:
  /// Counts itself in `population`, which outlives it. The socket does not
  /// block.
  session(loop_services& services, tcp_socket socket, std::atomic<std::size_t>& population);
  ~session() override;

  /// Reads requests.
  void start();

  /// Answers `why` to whatever is sent, and closes.
  void start_refused(const refusal& why);

  /// The server is stopping: see pipeline::drain().
  void drain();

  /// At once, with whatever is under way.
  void close();

  void take_reply(response_queue::slot slot, const counter::command& command,
                  const counter::reply& reply) override;
  void take_end_of_pass() override;

private:
  using self = boost::intrusive_ptr<session>;

  void on_deadline() override;

  void wait_readable();
  void read();
  void advance();
  void write();
  void wait_writable();
  void set_deadline();
  void finish();
  void linger();

  loop_services& services_;
  tcp_socket socket_;
  std::atomic<std::size_t>& population_;
  http::pipeline pipeline_;
  std::size_t lingered_bytes_ = 0;
  std::uint64_t deadline_request_ = 0;  // whose deadline is set
  pipeline::awaited deadline_for_ = pipeline::awaited::nothing;
  bool awaits_readable_ = false;
  bool awaits_writable_ = false;
  bool is_draining_ = false;
  bool is_lingering_ = false;
};

}  // namespace http
