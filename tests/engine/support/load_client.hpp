#pragma once

#include "tests/engine/support/tally.hpp"
#include "tests/server/support/client.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <string>

namespace support {

/// A client that increments and reads counters, each time over one of two servers, as the contract
/// tells clients to: it sends a request that was not carried out again, and one whose outcome is
/// unknown only if that has a key. Used by one thread.
class load_client {
public:
  using ports = std::array<std::uint16_t, tally::servers>;

  /// `name` is unique among the clients.
  load_client(const ports& servers, std::string name, std::uint64_t seed, tally& entered);

  /// Increments a counter. Throws if that takes far too long.
  void increment(const std::string& counter);

  /// Reads a counter once.
  void read(const std::string& counter);

  std::size_t roll(std::size_t sides) { return random_() % sides; }

private:
  /// An increment whose reply is `reply`.
  struct request {
    std::string counter;
    std::string bytes;
    bool is_keyed;
    bool may_be_replayed = false;  // an earlier attempt may have been carried out
    std::size_t server = 0;        // that has replied
    answer reply{};
  };

  bool insist(request& sent);
  bool is_outcome_known(const answer& reply);
  void repeat_elsewhere(request sent);
  std::optional<answer> ask(std::size_t server, const std::string& bytes);

  const ports servers_;
  const std::string name_;
  std::mt19937_64 random_;
  tally& entered_;
  std::array<std::unique_ptr<client>, tally::servers> connections_;
  std::size_t keys_ = 0;
};

}  // namespace support
