#include "tests/engine/support/load.hpp"

#include "tests/server/v1/support.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <stdexcept>

namespace support {

namespace {

using std::chrono::steady_clock;

constexpr int clients = 32;
constexpr int counters = 40;
constexpr std::size_t read_percent = 15;

std::string counter_at(std::size_t index) {
  return "k" + std::to_string(index);
}

/// Throws if it takes a minute.
void wait_until(const std::function<bool()>& is_true, const std::function<std::string()>& state) {
  const auto end = steady_clock::now() + std::chrono::seconds{60};
  while (!is_true()) {
    if (steady_clock::now() > end)
      throw std::runtime_error{"clients do not get on: " + state()};
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

/// Returns a counter's value, which is 0 if there is none.
std::int64_t value_at(std::uint16_t port, const std::string& name) {
  const auto end = steady_clock::now() + std::chrono::seconds{60};
  for (;;) {
    const auto reply = get(port, counter_path(name));
    if (reply.status == 404)
      return 0;
    if (reply.status == 200)
      return integer_at(object_of(reply), "value");
    if (reply.status != 503 || steady_clock::now() > end)
      throw std::runtime_error{name + " cannot be read: " + reply.body};
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

}  // namespace

load::load(const load_client::ports& servers, std::uint64_t seed) : servers_(servers) {
  for (int i = 0; i < clients; ++i)
    clients_.emplace_back([this, i, seed](const std::stop_token& stop) { run(stop, i, seed); });
}

void load::run(const std::stop_token& stop, int index, std::uint64_t seed) {
  load_client self{servers_, "client" + std::to_string(index),
                   seed + static_cast<std::uint64_t>(index), entered_};
  try {
    while (!stop.stop_requested()) {
      const auto name = counter_at(self.roll(counters));
      if (self.roll(100) < read_percent)
        self.read(name);
      else
        self.increment(name);
    }
  } catch (const std::exception& error) {
    entered_.report(error.what());
  }
}

void load::wait_for_increments(int count) const {
  std::int64_t wanted[tally::servers];
  for (std::size_t i = 0; i < tally::servers; ++i)
    wanted[i] = entered_.confirmed_by(i) + count;
  wait_until(
      [&] {
        return entered_.confirmed_by(0) >= wanted[0] && entered_.confirmed_by(1) >= wanted[1];
      },
      [&] { return entered_.text(); });
}

const tally& load::stop() {
  for (auto& each : clients_)
    each.request_stop();
  clients_.clear();
  compare();
  return entered_;
}

void load::compare() {
  for (std::size_t i = 0; i < counters; ++i) {
    const auto name = counter_at(i);
    const auto value = value_at(servers_[0], name);
    if (const auto other = value_at(servers_[1], name); other != value)
      entered_.report(name + " is " + std::to_string(value) + " at one server and " +
                      std::to_string(other) + " at the other");
    entered_.compare(name, value);
  }
}

}  // namespace support
