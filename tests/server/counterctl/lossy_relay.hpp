#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace support {

/// What a relay does with a request.
enum class relayed {
  passes,
  loses_request,   ///< closes the connection instead of sending it on
  loses_response,  ///< sends it on, and closes the connection instead of sending the response back
  cuts_response,   ///< sends half of the response back, then closes the connection
  answers_503,     ///< does not send it on
  answers_504,     ///< sends it on, and answers as a proxy that has lost its patience
  answers_500,     ///< sends it on, and answers as a proxy that has failed
  answers_bare_200,    ///< sends it on, and answers with a page of its own
  answers_other_json,  ///< sends it on, and answers with an object of its own
  /// sends a batch of one operation on, and answers that the server has too much to do for it
  answers_busy,
  /// sends a batch of two operations on, and answers that nobody knows what became of the second
  answers_unknown,
  sends_interim,  ///< sends interim responses before the server's
};

/// Forwards requests on a free loopback port to a server, one by one, and fails as planned. It runs
/// on its own thread from construction to destruction.
class lossy_relay {
public:
  explicit lossy_relay(std::uint16_t server_port);
  ~lossy_relay();
  lossy_relay(const lossy_relay&) = delete;
  lossy_relay& operator=(const lossy_relay&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// What becomes of the next requests; those behind them pass. Thread-safe.
  void plan(std::deque<relayed> plan);
  /// Returns how many requests have arrived. Thread-safe.
  int requests() const { return requests_; }

private:
  void run();
  void serve(int client);
  bool answer(int client, const std::string& request);
  relayed next();

  const std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<int> requests_ = 0;
  std::atomic<bool> stops_ = false;
  std::mutex mutex_;
  std::deque<relayed> plan_;
  std::thread thread_;
};

}  // namespace support
