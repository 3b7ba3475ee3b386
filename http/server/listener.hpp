#pragma once

#include "http/net/listening_socket.hpp"
#include "http/net/steady_clock.hpp"
#include "http/server/admission.hpp"
#include "http/server/loop_services.hpp"

#include <memory>

namespace http {

/// Accepts connections on one event loop. Pauses when the kernel is out of descriptors or memory.
/// Used on the loop's thread, within a pass.
class listener final : public pollable, public timed {
public:
  /// Passes connections to `admission`. Shares `socket` and borrows the rest.
  listener(std::shared_ptr<listening_socket> socket, loop_services& services,
           http::admission& admission);

  void start() { wait(); }

  /// Takes the connections that the kernel has accepted already, then stops listening.
  void stop();

private:
  void on_ready(readiness now) override;
  void on_deadline() override;

  void wait();
  void pause(int error);
  bool accept_one();
  void accept_some();

  std::shared_ptr<listening_socket> socket_;
  loop_services& services_;
  http::admission& admission_;
  bool is_pausing_ = false;
  steady_clock::time_point next_warning_;
};

}  // namespace http
