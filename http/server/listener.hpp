#pragma once

#include "http/net/asio.hpp"
#include "http/server/admission.hpp"
#include "http/server/loop_services.hpp"

namespace http {

/// Accepts connections on one event loop. Pauses when the kernel is out of descriptors or memory.
/// Used on the loop's thread, within a pass.
class listener final : public pollable, public timed {
public:
  /// Passes connections to `admission`. Owns `acceptor` and borrows the rest.
  listener(tcp_acceptor acceptor, loop_services& services, http::admission& admission);

  void start() { wait(); }

  /// Takes the connections that the kernel has accepted already, then stops listening.
  void stop();

private:
  void on_ready(readiness now) override;
  void on_deadline() override;

  void wait();
  void pause(const error_code& error);
  bool accept_one();
  void accept_some();

  tcp_acceptor acceptor_;
  loop_services& services_;
  http::admission& admission_;
  bool is_pausing_ = false;
  steady_clock::time_point next_warning_;
};

}  // namespace http
