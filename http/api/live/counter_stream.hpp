#pragma once

#include "http/api/live/stream.hpp"
#include "http/api/live/topic.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace http::live {

class stream_hub;

/// The event stream of named counters. It has no queue: for each counter it knows whether there is
/// a state that it has not told, and tells the latest when the peer has read the one before.
class counter_stream final : public stream {
public:
  /// `known_version` is the version of the first counter that the peer has. Borrows all but `names`
  /// and `room`. Call it within a pass.
  counter_stream(stream_hub& hub, const std::vector<std::string>& names,
                 std::optional<std::uint64_t> known_version, stream_services& services,
                 stream_room room, const stream_target& target);
  ~counter_stream() override;

  void write() override;

private:
  friend class stream_hub;

  /// The topic has a state that is to be told.
  void notify(subscription& about);

  stream_hub& hub_;
  std::uint64_t known_version_;  // 0: none
  const std::unique_ptr<subscription[]> subscriptions_;
  subscription_list<pending_list_tag> pending_;
};

}  // namespace http::live
