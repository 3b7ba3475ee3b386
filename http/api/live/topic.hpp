#pragma once

#include "counter/state.hpp"
#include "http/api/live/timer_queue.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/list_hook.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace http::live {

class counter_stream;
struct topic;

using steady_clock = std::chrono::steady_clock;

struct topic_list_tag;
struct pending_list_tag;
template <class Tag>
using list_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One counter that one stream watches. It is in one list of its topic, and in the list of what its
/// stream has to tell, if it does.
struct subscription : list_hook<topic_list_tag>, list_hook<pending_list_tag> {
  counter_stream* stream = nullptr;
  live::topic* topic = nullptr;
  std::uint32_t told = 0;   ///< topic::state_number of what was told last; 0: nothing
  bool knows_gone = false;  ///< that was `gone`
};

template <class Tag>
using subscription_list =
    boost::intrusive::list<subscription, boost::intrusive::base_hook<list_hook<Tag>>,
                           boost::intrusive::constant_time_size<false>>;

/// A counter that streams of an event loop watch, and its state at the last read.
struct topic {
  std::string name;
  std::uint64_t hash = 0;

  std::optional<counter::state> state{};
  /// Counts the states that were seen, from 1; 0: none yet.
  std::uint32_t state_number = 0;
  std::uint32_t told_number = 0;  ///< the one that all streams have been told, or are being told
  std::string event{};            ///< the text of `state` while streams are told; empty: to be made

  subscription_list<topic_list_tag> told{};     ///< streams that know told_number, or are older
  subscription_list<topic_list_tag> telling{};  ///< streams that are still to be told
  subscription_list<topic_list_tag> added{};    ///< since the last read was sent
  subscription_list<topic_list_tag> asking{};   ///< the same, when it was sent

  bool is_changed = false;  ///< since the last read was sent, or that read has failed
  bool is_armed = false;
  bool is_reading = false;
  bool is_telling = false;
  bool tells_all = false;                ///< not only streams that were added
  steady_clock::time_point next_read{};  ///< no sooner, unless a stream is added
  /// When to look at it again.
  std::optional<timer_queue<topic>::entry> due{};

  bool is_watched() const noexcept {
    return !(told.empty() && telling.empty() && added.empty() && asking.empty());
  }
};

}  // namespace http::live
